import { LogPosition } from './log-position.ts';
import type { MysqlClient } from './mysql-client.ts';
import type { LoggedTransaction, LogPlace } from './row-log.ts';

/** A moment of a server: what its log has, and which of that its readers can see. */
export interface CommitMoment {
  /** Transactions in the log, as global transaction ids. Every committed one is among them. */
  readonly logged: string;
  /** Whether readers see a transaction of the log. */
  isVisible(transaction: LoggedTransaction): boolean;
}

/**
 * Reads up to where transactions are committed. A server sends a transaction to the followers of its log **before** it
 * commits it: a row read at once may still be the old one, and no later event would correct that. So a transaction of
 * the log counts only when the server shows it as committed: MariaDB by the place in the log that belongs to a
 * consistent snapshot, MySQL by `gtid_executed`.
 */
export class CommitFence {
  readonly #client: MysqlClient;
  readonly #isMariaDb: boolean;

  constructor(client: MysqlClient, isMariaDb: boolean) {
    this.#client = client;
    this.#isMariaDb = isMariaDb;
  }

  read(): Promise<CommitMoment> {
    return this.#isMariaDb ? this.#readMariaDb() : this.#readMysql();
  }

  #readMariaDb(): Promise<CommitMoment> {
    return this.#client.session(async (run) => {
      const [row] = await run<{ logged: string }>('select @@global.gtid_binlog_pos as logged');
      await run('start transaction with consistent snapshot');
      const rows = await run<{ Variable_name: string; Value: string }>("show status like 'binlog_snapshot_%'");
      await run('commit');
      const value = (name: string) => rows.find((each) => each.Variable_name.toLowerCase() === name)?.Value ?? '';
      const committed = { file: value('binlog_snapshot_file'), offset: Number(value('binlog_snapshot_position')) };
      return { logged: row?.logged ?? '', isVisible: ({ end }) => !isAfter(end, committed) };
    });
  }

  async #readMysql(): Promise<CommitMoment> {
    const [row] = await this.#client.read<{ logged: string }>('select @@global.gtid_executed as logged');
    const logged = (row?.logged ?? '').replaceAll(/\s/g, '');
    const committed = LogPosition.parse(logged, false);
    return { logged, isVisible: ({ gtid }) => committed.includes(gtid) };
  }
}

/** The files of a log are numbered. */
function isAfter(a: LogPlace, b: LogPlace): boolean {
  const [numberA, numberB] = [a, b].map(({ file }) => Number(file.slice(file.lastIndexOf('.') + 1)));
  return numberA === numberB ? a.offset > b.offset : (numberA ?? 0) > (numberB ?? 0);
}
