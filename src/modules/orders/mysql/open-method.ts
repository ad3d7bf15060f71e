import type { Logger } from '../../../platform/logger.ts';
import { type MysqlClient, mysqlErrno } from '../../../platform/mysql/mysql-client.ts';
import { LogFollower, type LogOptions } from './follow-log.ts';
import type { OrderMapping } from './order-mapping.ts';
import { ChangePoll } from './poll-changes.ts';
import type { OpenedMethod } from './source-follower.ts';

export interface MethodOptions extends Omit<LogOptions, 'position' | 'onArrival' | 'isMariaDb'> {
  readonly mapping: OrderMapping;
  readonly pollMs: number;
  readonly logger: Logger;
}

/** Errors by which a server refuses an account: access denied, and a missing privilege. */
const REFUSALS = [1044, 1045, 1142, 1227];
/** Openings at one position after which it is given up: the log has something there that cannot be read. */
const MAX_OPENINGS = 3;

interface LogSettings {
  readonly version: string;
  readonly isOn: number;
  readonly format: string;
  readonly image: string;
  readonly passesOn: number;
  /** Position of a replica; empty on a primary. */
  readonly replicated: string;
  /** MySQL: whether transactions have ids. */
  readonly gtidMode: string;
}

/** Opens the best method that a server allows: its binary log, else polling. */
export class MethodOpener {
  readonly #options: MethodOptions;
  #openedAt: string | undefined;
  #openings = 0;

  constructor(options: MethodOptions) {
    this.#options = options;
  }

  async open(position: string | undefined, onArrival: () => void): Promise<OpenedMethod> {
    const { client, mapping, pollMs } = this.#options;
    const { isMariaDb, obstacle } = await findLogObstacle(client, this.#options.database);
    const opened = obstacle ?? (await this.#openLog(this.#usable(position), isMariaDb, onArrival));
    if (typeof opened !== 'string') return opened;
    return { method: new ChangePoll(client, mapping, pollMs), isResumed: false, reason: opened };
  }

  /** A position at which the log has ended several times is not tried again. */
  #usable(position: string | undefined): string | undefined {
    this.#openings = position === this.#openedAt ? this.#openings + 1 : 1;
    this.#openedAt = position;
    return this.#openings > MAX_OPENINGS ? undefined : position;
  }

  /** @returns why the log cannot be read, if the server says so */
  async #openLog(
    position: string | undefined,
    isMariaDb: boolean,
    onArrival: () => void,
  ): Promise<OpenedMethod | string> {
    try {
      const method = await LogFollower.open({ ...this.#options, isMariaDb, position, onArrival });
      return { method, isResumed: position !== undefined, reason: undefined };
    } catch (error) {
      const errno = mysqlErrno(error);
      if (errno === undefined) throw error;
      if (REFUSALS.includes(errno)) return `the account may not read the binary log: ${messageOf(error)}`;
      if (position === undefined) throw error;
      const reason = messageOf(error);
      this.#options.logger.warn({ reason }, 'the binary log has a gap; all orders are read again');
      return this.#openLog(undefined, isMariaDb, onArrival);
    }
  }
}

/** Why a server's binary log does not show every change of a database; `undefined` if it does. */
async function findLogObstacle(
  client: MysqlClient,
  database: string,
): Promise<{ isMariaDb: boolean; obstacle: string | undefined }> {
  const [{ version } = { version: '' }] = await client.read<{ version: string }>('select version() as version');
  const isMariaDb = /mariadb/i.test(version);
  const own = isMariaDb
    ? "@@global.log_slave_updates as passesOn, @@global.gtid_slave_pos as replicated, 'ON' as gtidMode"
    : "@@global.log_slave_updates as passesOn, '' as replicated, @@global.gtid_mode as gtidMode";
  const [settings] = await client.read<LogSettings>(
    `select @@global.log_bin as isOn, @@global.binlog_format as format, @@global.binlog_row_image as image, ${own}`,
  );
  const obstacle = settings && (obstacleIn(settings) ?? (await findFilter(client, version, isMariaDb, database)));
  return { isMariaDb, obstacle };
}

function obstacleIn({ isOn, format, passesOn, replicated, gtidMode }: LogSettings): string | undefined {
  if (!isOn) return 'the server writes no binary log (log_bin)';
  if (format !== 'ROW') return `the binary log is not in row format (binlog_format=${format})`;
  if (replicated !== '' && !passesOn)
    return 'the server is a replica that does not log its changes (log_slave_updates)';
  if (gtidMode !== 'ON') return `transactions have no global ids (gtid_mode=${gtidMode})`;
  return undefined;
}

/** A server may leave databases out of its log. */
async function findFilter(
  client: MysqlClient,
  version: string,
  isMariaDb: boolean,
  database: string,
): Promise<string | undefined> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isRenamed = !isMariaDb && (major > 8 || (major === 8 && minor >= 4));
  try {
    const [status] = await client.read<{ Binlog_Do_DB: string; Binlog_Ignore_DB: string }>(
      isRenamed ? 'show binary log status' : 'show master status',
    );
    const { Binlog_Do_DB: only = '', Binlog_Ignore_DB: ignored = '' } = status ?? {};
    const isLogged = (only === '' || only.split(',').includes(database)) && !ignored.split(',').includes(database);
    return isLogged ? undefined : `the binary log leaves the database ${database} out`;
  } catch (error) {
    if (REFUSALS.includes(mysqlErrno(error) ?? 0))
      return `the account may not read the binary log: ${messageOf(error)}`;
    throw error;
  }
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
