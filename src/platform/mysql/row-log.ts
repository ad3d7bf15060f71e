import ZongJi, { type AnyBinlogEvent } from '@vlasky/zongji';
import type { MysqlClient } from './mysql-client.ts';

/** The columns of a row by name, as the log has them. */
export type LoggedRow = Readonly<Record<string, unknown>>;

/** The place after a transaction in the files of the log. */
export interface LogPlace {
  readonly file: string;
  readonly offset: number;
}

/** A transaction of the log. */
export interface LoggedTransaction {
  readonly gtid: string;
  readonly end: LogPlace;
  /** Rows of the watched tables that it inserted, deleted or changed, before and after, by table. */
  readonly rows: ReadonlyMap<string, readonly LoggedRow[]>;
  /** Whether it may have changed rows that are not in `rows`: it changed a table itself, or is logged as statements. */
  readonly unlisted: boolean;
}

export interface RowLogOptions {
  readonly client: MysqlClient;
  /** Connection settings of the log's own connection are those of the client's pool. */
  readonly database: string;
  readonly tables: readonly string[];
  /** Global transaction ids that are already known. */
  readonly position: string;
  readonly onTransaction: (transaction: LoggedTransaction) => void;
  /** Called once, when nothing more will come. */
  readonly onEnd: (reason: Error) => void;
}

/** Rows that one transaction lists at most. A longer one is `unlisted`, so that it does not fill the memory. */
const MAX_ROWS = 20_000;
const OPEN_WITHIN_MS = 8_000;
/** The last two are compressed forms that the reader cannot decode. Left out here, they would be skipped in silence. */
const EVENTS = [
  ...['rotate', 'format', 'gtid', 'anonymousgtid', 'mariadbgtid', 'query', 'xid', 'xaprepare'],
  ...['tablemap', 'writerows', 'updaterows', 'deleterows', 'transactionpayload', 'partialupdaterows'],
];
const TRANSACTION_CONTROL = /^(begin|commit|rollback|savepoint|release|start|xa)\b/i;
const COMMIT = /^(commit|rollback|xa commit|xa rollback)\b/i;
const ROW_STATEMENT = /^(insert|update|delete|replace|load|call|with|merge|do)\b/i;

/** Follows the binary log of a MySQL or MariaDB from a position on, as a replica does. */
export class RowLog implements Disposable {
  readonly #reader: ZongJi;
  readonly #options: RowLogOptions;
  #rows = new Map<string, LoggedRow[]>();
  #listed = 0;
  #unlisted = false;
  /** A group that ends with its only statement, such as DDL on MariaDB. */
  #standalone = false;
  #gtid: string | undefined;
  #ended = false;

  private constructor(options: RowLogOptions) {
    this.#options = options;
    this.#reader = new ZongJi(options.client.pool);
  }

  /**
   * Opens the log, and resolves when the server has begun to send it.
   *
   * @throws the server's error: the account may not read the log, or the server no longer has the position
   */
  static async open(options: RowLogOptions): Promise<RowLog> {
    const log = new RowLog(options);
    await log.#start();
    return log;
  }

  async #start(): Promise<void> {
    const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => this.#end(new Error('the binary log did not begin in time')), OPEN_WITHIN_MS);
    this.#reader.on('error', (error) => {
      reject(error);
      this.#end(error);
    });
    this.#reader.on('binlog', (event) => {
      if (event.getTypeName() === 'Format') resolve();
      this.#receive(event);
    });
    const { database, tables, position } = this.#options;
    this.#reader.start({
      gtidSet: position,
      // A number of its own, because a server ends the older one of two replicas with the same number.
      serverId: 2 ** 31 + Math.floor(Math.random() * 2 ** 31),
      includeEvents: EVENTS,
      includeSchema: { [database]: [...tables] },
    });
    this.#reader.connection?.on('end', () => this.#end(new Error('the connection of the binary log broke')));
    try {
      await opened;
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#reader.stop();
  }

  #end(reason: Error): void {
    if (this.#ended) return;
    this[Symbol.dispose]();
    this.#options.onEnd(reason);
  }

  #receive(event: AnyBinlogEvent): void {
    if (this.#ended) return;
    switch (event.getTypeName()) {
      case 'Gtid':
      case 'AnonymousGtid':
      case 'MariadbGtid':
        this.#begin(event.gtid, 'standalone' in event && event.standalone);
        break;
      case 'WriteRows':
      case 'DeleteRows':
      case 'UpdateRows':
        if ('rows' in event) this.#addRows(event);
        break;
      case 'Query':
        if ('query' in event) this.#addStatement(event.query.trim(), event.nextPosition);
        break;
      case 'Xid':
      case 'XaPrepare':
        this.#commit(event.nextPosition);
        break;
      default:
    }
  }

  #begin(gtid: string | undefined, standalone: boolean): void {
    this.#rows = new Map();
    this.#listed = 0;
    this.#unlisted = false;
    this.#standalone = standalone;
    this.#gtid = gtid;
  }

  #addRows(event: Extract<AnyBinlogEvent, { rows: unknown }>): void {
    const table = event.tableMap[event.tableId]?.tableName;
    this.#listed += event.rows.length;
    if (table === undefined || this.#listed > MAX_ROWS) {
      this.#unlisted = true;
      this.#rows = new Map();
      return;
    }
    const images = event.rows.flatMap((row) =>
      'before' in row && 'after' in row ? [row.before as LoggedRow, row.after as LoggedRow] : [row as LoggedRow],
    );
    const listed = this.#rows.get(table);
    if (listed) listed.push(...images);
    else this.#rows.set(table, images);
  }

  #addStatement(text: string, end: number): void {
    if (!TRANSACTION_CONTROL.test(text)) {
      const { database, tables } = this.#options;
      const lower = text.toLowerCase();
      // Triggers and views make a statement change tables that it does not name.
      const isNamed = [database, ...tables].some((name) => lower.includes(name.toLowerCase()));
      if (ROW_STATEMENT.test(text) || isNamed) this.#unlisted = true;
      // DDL ends its transaction. So does it on MySQL, which does not mark such groups.
      if (this.#standalone || !ROW_STATEMENT.test(text)) this.#commit(end);
    } else if (COMMIT.test(text)) this.#commit(end);
  }

  #commit(offset: number): void {
    const gtid = this.#gtid;
    if (gtid === undefined) return;
    this.#gtid = undefined;
    const end = { file: this.#reader.options.filename ?? '', offset };
    this.#options.onTransaction({ gtid, end, rows: this.#rows, unlisted: this.#unlisted });
    this.#rows = new Map();
  }
}
