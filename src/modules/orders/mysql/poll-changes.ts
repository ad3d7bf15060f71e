import type { Id } from '../../../platform/ids.ts';
import type { MysqlClient } from '../../../platform/mysql/mysql-client.ts';
import type { ChangeMethod, Round } from './change-method.ts';
import type { OrderMapping } from './order-mapping.ts';
import { name } from './order-sql.ts';

/** Orders that one poll reads at most. */
const MAX_ORDERS = 5_000;
/** How much of the past each poll reads again, in seconds, for transactions that took long to commit. */
const OVERLAP_S = 60;
/** How far the server's clock may move beside the time that has passed, in milliseconds. */
const CLOCK_TOLERANCE_MS = 5_000;

/**
 * Learns of changes from a column that rises with them, where there is one. A deletion, and a change of lines that leaves
 * the order's row alone, become known when the index is read again, or through the bound.
 */
export class ChangePoll implements ChangeMethod {
  readonly name: 'polling' | 'bound';
  readonly everyMs: number;
  readonly #client: MysqlClient;
  readonly #updated: string | undefined;
  /** Times of the orders in the overlap, as they were reported. */
  #reported = new Map<Id, string>();
  #since: string | undefined;
  /** The server's clock at the last poll, between two moments of this process. */
  #clock: { readonly serverMs: number; readonly askedAt: number; readonly answeredAt: number } | undefined;

  constructor(client: MysqlClient, { orders }: OrderMapping, everyMs: number) {
    this.#client = client;
    this.#updated = writeUpdated(orders);
    this.name = orders.updated_at === undefined ? 'bound' : 'polling';
    this.everyMs = everyMs;
  }

  async round(): Promise<Round> {
    const isClockSteady = await this.#checkClock();
    const updated = this.#updated === undefined ? [] : await this.#readUpdated(this.#updated);
    const changed = updated.map(({ id }) => Number(id)).filter((id) => Number.isSafeInteger(id) && id > 0);
    const isKnown = isClockSteady && updated.length < MAX_ORDERS;
    return { changed: isKnown ? new Set(changed) : 'all', completeAsOf: undefined };
  }

  [Symbol.dispose](): void {}

  /** Orders whose time is new or differs from the one that was reported. The first poll only learns the time. */
  async #readUpdated(text: string): Promise<{ id: Id; at: string }[]> {
    const isFirst = this.#since === undefined;
    const rows = await this.#client.read<{ id: Id; at: string | null }>(text, [this.#since ?? null]);
    const timed = rows.flatMap(({ id, at }) => (at === null ? [] : { id, at }));
    const fresh = timed.filter(({ id, at }) => this.#reported.get(id) !== at);
    this.#reported = new Map(timed.map(({ id, at }) => [id, at]));
    this.#since = timed[0]?.at ?? this.#since;
    return isFirst ? [] : fresh;
  }

  /** Whether the server's clock has moved on with time. When it has been set back, changes have times of the past. */
  async #checkClock(): Promise<boolean> {
    const askedAt = performance.now();
    const [row] = await this.#client.read<{ ms: string }>('select cast(unix_timestamp(now(3)) * 1000 as char) as ms');
    const before = this.#clock;
    const now = { serverMs: Number(row?.ms ?? 0), askedAt, answeredAt: performance.now() };
    this.#clock = now;
    if (!before) return true;
    const elapsedMs = now.serverMs - before.serverMs;
    const leastMs = now.askedAt - before.answeredAt - CLOCK_TOLERANCE_MS;
    return elapsedMs > leastMs && elapsedMs < now.answeredAt - before.askedAt + CLOCK_TOLERANCE_MS;
  }
}

function writeUpdated({ table, id, updated_at }: OrderMapping['orders']): string | undefined {
  if (updated_at === undefined) return undefined;
  const [from, time] = [name(table), name(updated_at)];
  return `select ${name(id)} as id, cast(${time} as char) as at from ${from}
    where ${time} >= coalesce(cast(? as datetime(6)), (select max(${time}) from ${from})) - interval ${OVERLAP_S} second
    order by ${time} desc limit ${MAX_ORDERS}`;
}
