import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../src/platform/seeded-random.ts';
import type { BookingFixture } from '../support/bookings/booking-fixture.ts';

interface MixedLoadOptions {
  readonly port: number;
  readonly newHold: BookingFixture['newHold'];
  readonly clients: number;
  /** Mean pause of a client between two requests. */
  readonly thinkMs: number;
}

/** Clients that keep their connections, and read from memory, read from the database, hold and listen to events. */
export class MixedLoad {
  sent = 0;
  readonly failures: string[] = [];
  readonly #options: MixedLoadOptions;
  readonly #clients: Promise<void>[] = [];
  #isStopping = false;

  constructor(options: MixedLoadOptions) {
    this.#options = options;
  }

  start(): void {
    for (let client = 0; client < this.#options.clients; client += 1) this.#clients.push(this.#run(client));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#clients);
  }

  async #run(client: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = client; !this.#isStopping; turn += 1) {
      if (turn % 3 === 0) await this.#expect(agent, [201, 409], 'POST', '/api/v1/reservations', this.#hold());
      else if (turn % 3 === 1) await this.#expect(agent, [200], 'GET', '/api/v1/slots?provider_id=1&limit=5');
      else await this.#expect(agent, [404], 'GET', '/vehicles/1/timestamp/2022-09-11T09:11:45Z');
      await delay(Math.random() * 2 * this.#options.thinkMs);
    }
    agent.destroy();
  }

  #hold(): object {
    const never = { chance: () => false, integer: (min: number) => min } as unknown as Random;
    const { clientId, slotId, quantity } = this.#options.newHold(never);
    return { client_id: clientId, slot_id: slotId, quantity };
  }

  async #expect(agent: Agent, expected: readonly number[], method: string, path: string, body?: object): Promise<void> {
    this.sent += 1;
    try {
      const { status, text } = await send(agent, this.#options.port, method, path, body);
      if (!expected.includes(status)) this.failures.push(`${method} ${path}: ${status} ${text.slice(0, 200)}`);
    } catch (error) {
      this.failures.push(`${method} ${path}: ${error}`);
    }
  }
}

export async function send(agent: Agent, port: number, method: string, path: string, body?: object) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = request({ agent, port, host: '127.0.0.1', method, path, headers });
  sent.end(body && JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, text };
}
