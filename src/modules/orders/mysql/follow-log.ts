import { CommitFence } from '../../../platform/mysql/commit-fence.ts';
import { LogPosition } from '../../../platform/mysql/log-position.ts';
import type { MysqlClient } from '../../../platform/mysql/mysql-client.ts';
import { type LoggedTransaction, RowLog } from '../../../platform/mysql/row-log.ts';
import type { ChangeMethod, Round } from './change-method.ts';
import type { OrderFinder } from './changed-orders.ts';

export interface LogOptions {
  readonly client: MysqlClient;
  readonly finder: OrderFinder;
  readonly database: string;
  readonly tables: readonly string[];
  readonly isMariaDb: boolean;
  /** Where to go on; `undefined` begins at the end of the log. */
  readonly position: string | undefined;
  /** Called when a transaction has arrived. */
  readonly onArrival: () => void;
}

/** How often the end of the log is compared with what has arrived, in milliseconds. */
const CHECK_EVERY_MS = 250;
/** Transactions that wait for their round at most. More end the follower: what it missed is then read again. */
const MAX_WAITING = 50_000;

/** Learns of changes from the binary log, and proves at every check that none is missing. */
export class LogFollower implements ChangeMethod {
  readonly name = 'binary-log';
  readonly everyMs = CHECK_EVERY_MS;
  readonly #finder: OrderFinder;
  readonly #fence: CommitFence;
  readonly #position: LogPosition;
  #log: RowLog | undefined;
  #waiting: LoggedTransaction[] = [];
  #ended: Error | undefined;

  private constructor(finder: OrderFinder, fence: CommitFence, position: LogPosition) {
    this.#finder = finder;
    this.#fence = fence;
    this.#position = position;
  }

  /** @throws the server's error: the log cannot be read, or not from this position on */
  static async open(options: LogOptions): Promise<LogFollower> {
    const { client, finder, isMariaDb, onArrival } = options;
    const fence = new CommitFence(client, isMariaDb);
    const position = options.position ?? (await fence.read()).logged;
    const follower = new LogFollower(finder, fence, LogPosition.parse(position, isMariaDb));
    follower.#log = await RowLog.open({
      ...options,
      position,
      onTransaction(transaction) {
        follower.#waiting.push(transaction);
        if (follower.#waiting.length > MAX_WAITING) follower.#ended = new Error('too many changes at once');
        onArrival();
      },
      onEnd(reason) {
        follower.#ended = reason;
        onArrival();
      },
    });
    return follower;
  }

  async round(): Promise<Round> {
    if (this.#ended) throw this.#ended;
    const askedAt = performance.now();
    const moment = await this.#fence.read();
    const hidden = this.#waiting.findIndex((transaction) => !moment.isVisible(transaction));
    const visible = this.#waiting.splice(0, hidden === -1 ? this.#waiting.length : hidden);
    const changed = await this.#finder.find(visible);
    for (const { gtid } of visible) this.#position.add(gtid);
    const isComplete = this.#position.includes(moment.logged);
    return { changed, position: this.#position.toString(), completeAsOf: isComplete ? askedAt : undefined };
  }

  [Symbol.dispose](): void {
    this.#log?.[Symbol.dispose]();
  }
}
