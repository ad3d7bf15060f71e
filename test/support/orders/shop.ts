import { expect } from 'vitest';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { type Answered, ask } from '../server/test-app.ts';

export const PRICE = { amount: 19.9, currency: 'EUR' };

export interface ShopSlot {
  slot_id: number;
  price: typeof PRICE | null;
}

export interface ShopOrder {
  order_id: number;
  reservation_id: number | null;
  status: string;
}

/** Fixture: offers priced slots and reserves them for one client, over HTTP. */
export class Shop {
  readonly #app: HttpServer;
  clientId = 0;
  #hour = 0;

  constructor(app: HttpServer) {
    this.#app = app;
  }

  async open(): Promise<void> {
    const client = { first_name: 'Harry', last_name: 'Smith' };
    const { client_id } = await this.send<{ client_id: number }>(201, 'POST', '/api/v1/clients', client);
    this.clientId = client_id;
  }

  /** Sends a request, and fails the test unless the answer has the expected status. */
  async send<T>(status: number, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object): Promise<T> {
    const answer = await ask(this.#app, method, url, body);
    expect(answer.status, answer.text).toBe(status);
    return answer.body as T;
  }

  async newProvider(): Promise<number> {
    const provider = { first_name: 'Jane', last_name: 'Doe' };
    const { provider_id } = await this.send<{ provider_id: number }>(201, 'POST', '/api/v1/providers', provider);
    return provider_id;
  }

  /** Offers one slot of a new provider, an hour after the slot before. */
  async offer(more: object = { price: PRICE }, capacity = 5): Promise<ShopSlot> {
    const providerId = await this.newProvider();
    this.#hour = (this.#hour + 1) % 23;
    const hour = String(this.#hour).padStart(2, '0');
    const ranges = [{ start_time: `2026-12-30 ${hour}:00`, end_time: `2026-12-30 ${hour}:15` }];
    const url = `/api/v1/providers/${providerId}/availability`;
    const { slots } = await this.send<{ slots: [ShopSlot] }>(201, 'POST', url, { ranges, capacity, ...more });
    return slots[0];
  }

  async hold({ slot_id }: ShopSlot, quantity = 1): Promise<number> {
    const body = { client_id: this.clientId, slot_id, quantity };
    const held = await this.send<{ reservation_id: number }>(201, 'POST', '/api/v1/reservations', body);
    return held.reservation_id;
  }

  /** Confirms, cancels or reschedules a reservation, which must succeed. */
  act(action: 'confirm' | 'cancel' | 'reschedule', reservationId: number, more: object = {}): Promise<unknown> {
    const body = { client_id: this.clientId, ...more };
    return this.send(200, 'POST', `/api/v1/reservations/${reservationId}/${action}`, body);
  }

  /** Confirms a reservation, with any outcome. */
  confirm(reservationId: number, headers: Record<string, string> = {}): Promise<Answered> {
    const url = `/api/v1/reservations/${reservationId}/confirm`;
    return ask(this.#app, 'POST', url, { client_id: this.clientId }, headers);
  }

  async ordersOf(reservationId: number): Promise<ShopOrder[]> {
    const url = `/api/v1/orders?reservation_id=${reservationId}`;
    return (await this.send<{ orders: ShopOrder[] }>(200, 'GET', url)).orders;
  }
}
