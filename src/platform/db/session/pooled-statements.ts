import pg from 'pg';
import { type SessionOptions, transactionStatements } from './session-settings.ts';

/** The methods of the driver's query that its client calls. Its types do not list them. */
interface DriverQuery {
  callback: (error: Error | null, result: pg.QueryResult) => void;
  submit(connection: pg.Connection): Error | null;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: pg.Connection): void;
}
type DriverQueryClass = new (config: pg.QueryConfig & { readonly queryMode: 'extended' }) => DriverQuery;

/** Runs statements on a connection of which only a transaction at a time belongs to this program. */
export interface PooledStatements {
  /** Begins a transaction that has the settings of `SessionOptions`. After an error its state is unknown. */
  begin(client: pg.ClientBase): Promise<pg.QueryResult>;
  /** Runs one statement as its own transaction, with the same settings. */
  alone(client: pg.ClientBase, text: string, values: readonly unknown[]): Promise<pg.QueryResult>;
}

/**
 * Statements for a pooler in transaction mode. What a session has set is gone with its transaction there, so each
 * transaction sets it again, in the same round trip.
 *
 * Nothing is prepared by name: poolers before PgBouncer 1.21 do not carry prepared statements from one server connection
 * to another.
 */
export function createPooledStatements(options: SessionOptions): PooledStatements {
  const settings = transactionStatements(options);
  return {
    async begin(client) {
      const text = ['begin', ...settings].join('; ');
      // The driver returns one result per statement.
      const [begun] = (await client.query(text)) as unknown as pg.QueryResult[];
      if (begun === undefined) throw new Error('the database did not answer BEGIN');
      return begun;
    },
    alone(client, text, values) {
      const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
      const query = new SettledQuery({ text, values: [...values], queryMode: 'extended' }, settings);
      query.callback = (error, result) => (error ? reject(error) : resolve(result));
      client.query(query);
      return promise;
    },
  };
}

/**
 * A statement behind others, in one message of the extended protocol: up to its single Sync PostgreSQL runs them as one
 * transaction, and after an error it runs none of the rest. So the statement never runs without its settings, and needs
 * no round trip of its own for BEGIN, COMMIT or ROLLBACK. The driver's pipeline mode would send a Sync after each.
 */
class SettledQuery extends (pg.Query as unknown as DriverQueryClass) {
  readonly #before: readonly string[];
  #unfinished: number;

  constructor(config: pg.QueryConfig & { readonly queryMode: 'extended' }, before: readonly string[]) {
    super(config);
    this.#before = before;
    this.#unfinished = before.length;
  }

  override submit(connection: pg.Connection): Error | null {
    connection.stream.cork();
    try {
      for (const text of this.#before) {
        connection.parse({ text, name: '', types: [] }, true);
        connection.bind({}, true);
        connection.execute({}, true);
      }
      return super.submit(connection);
    } finally {
      connection.stream.uncork();
    }
  }

  override handleDataRow(message: unknown): void {
    if (this.#unfinished === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: pg.Connection): void {
    if (this.#unfinished === 0) super.handleCommandComplete(message, connection);
    else this.#unfinished -= 1;
  }
}
