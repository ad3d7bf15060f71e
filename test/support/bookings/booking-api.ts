import { expect } from 'vitest';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import type { Id } from '../../../src/platform/ids.ts';
import { type Answered, ask } from '../server/test-app.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The fields of a slot that tests look at. */
export interface ListedSlot {
  readonly slot_id: Id;
  readonly start_time: string;
  readonly end_time: string;
  readonly remaining: number;
  readonly version: number;
}

/** The fields of a reservation that tests look at. */
export interface ListedReservation {
  readonly reservation_id: Id;
  readonly slot_id: Id;
  readonly status: string;
  readonly expires_at: string;
}

/** Sends the requests that most tests of reservations need. Each method requires the status it names. */
export class BookingApi {
  readonly #app: HttpServer;

  constructor(app: HttpServer) {
    this.#app = app;
  }

  send(method: Method, url: string, body?: object, headers?: Record<string, string>): Promise<Answered> {
    return ask(this.#app, method, url, body, headers);
  }

  /** The body of an answer with this status. */
  async require<T>(status: number, method: Method, url: string, body?: object): Promise<T> {
    const answer = await this.send(method, url, body);
    expect(answer.status, answer.text).toBe(status);
    return answer.body as T;
  }

  /** The type of a problem with this status, such as `slot-taken`. */
  async requireProblem(status: number, method: Method, url: string, body?: object): Promise<string> {
    const { type } = await this.require<{ type: string }>(status, method, url, body);
    return type.replace('urn:holdfast:problem:', '');
  }

  async createProvider(time_zone = 'UTC'): Promise<Id> {
    const body = { first_name: 'Jane', last_name: 'Doe', time_zone };
    return (await this.require<{ provider_id: Id }>(201, 'POST', '/api/v1/providers', body)).provider_id;
  }

  async createClient(): Promise<Id> {
    const body = { first_name: 'Harry', last_name: 'Smith' };
    return (await this.require<{ client_id: Id }>(201, 'POST', '/api/v1/clients', body)).client_id;
  }

  async offer(provider: Id, offer: object): Promise<ListedSlot[]> {
    const url = `/api/v1/providers/${provider}/availability`;
    return (await this.require<{ slots: ListedSlot[] }>(201, 'POST', url, offer)).slots;
  }

  /** Offers quarter-hours of a new provider, from 10:00 UTC on 30 December 2026. */
  async offerQuarters(count: number, capacity = 1): Promise<{ provider: Id; slots: ListedSlot[] }> {
    const provider = await this.createProvider();
    const end_time = new Date(Date.parse('2026-12-30T10:00Z') + count * 900_000).toISOString();
    const slots = await this.offer(provider, { ranges: [{ start_time: '2026-12-30T10:00Z', end_time }], capacity });
    return { provider, slots };
  }

  /** Offers one quarter-hour of a new provider. */
  async offerSlot(capacity = 1): Promise<Id> {
    const { slots } = await this.offerQuarters(1, capacity);
    const [slot] = slots;
    if (!slot) throw new Error('no slot was offered');
    return slot.slot_id;
  }

  readSlot(slotId: Id): Promise<ListedSlot> {
    return this.require(200, 'GET', `/api/v1/slots/${slotId}`);
  }

  hold(clientId: Id, slotId: Id | undefined, more: object = {}): Promise<ListedReservation> {
    return this.require(201, 'POST', '/api/v1/reservations', { client_id: clientId, slot_id: slotId, ...more });
  }

  /** Confirms, cancels, extends or reschedules a reservation. */
  change(
    verb: 'confirm' | 'cancel' | 'extend' | 'reschedule',
    reservationId: Id,
    clientId: Id,
    { status = 200, ...body }: { status?: number; slot_id?: Id } = {},
  ): Promise<ListedReservation> {
    const url = `/api/v1/reservations/${reservationId}/${verb}`;
    return this.require(status, 'POST', url, { client_id: clientId, ...body });
  }
}

/** The URL of the next page, from the `Link` header of an answer. */
export function nextPageOf({ headers }: Answered): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1];
}
