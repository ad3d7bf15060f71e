import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { sql } from 'kysely';
import { pino } from 'pino';
import { startServer } from '../../../src/compose/start-server.ts';
import { readConfig } from '../../../src/config/config.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import { NoAnswer, sendRaw } from '../server/http-connection.ts';

/** The places where a server leaves text. */
export const PLACES = ['log', 'answers', 'metrics', 'events', 'database'] as const;
type Place = (typeof PLACES)[number];
type Traces = Record<Place, string>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A request of a test; its method defaults to GET. */
export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** A server with everything that one has, which records all text that it leaves. */
export interface RecordedServer extends AsyncDisposable {
  readonly port: number;
  readonly traces: Traces;
  readonly requests: number;
  /** Number of answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Sends a request and records its answer. */
  send(sent: Sent): Promise<Answer>;
  /** Sends a request whose answer shows secrets, and records the answer without them. */
  sendAndHide(sent: Sent, secretsOf: (answer: Answer) => readonly string[]): Promise<Answer>;
  /** Sends bytes that need not be HTTP, and records what comes back. */
  sendBytes(text: string): Promise<void>;
  /** Records the event stream until it ends. Resolves when it has begun. */
  listen(headers: OutgoingHttpHeaders): Promise<void>;
}

/** Starts a server as the command line does. Its log redacts nothing: only what is never logged stays out of it. */
export async function startRecordedServer(env: Record<string, string>): Promise<RecordedServer> {
  const traces: Traces = { log: '', answers: '', metrics: '', events: '', database: '' };
  const sink = {
    write(line: string) {
      traces.log += line;
    },
  };
  const config = readConfig({ PORT: '0', HOLDFAST_SAMPLES: 'off', LOG_LEVEL: 'trace', ACCESS_LOG: 'on', ...env });
  const server = await startServer(config, pino({ level: config.logLevel, base: null }, sink), '0.0.0');
  await server.backgroundStarted;
  const port = Number(new URL(server.address).port);
  const statuses = new Map<number, number>();
  const streams: IncomingMessage[] = [];
  let requests = 0;

  async function exchange({ method = 'GET', path, headers = {}, body }: Sent): Promise<Answer> {
    requests += 1;
    const sending = request({ host: '127.0.0.1', port, method, path, headers }).end(body);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    const answer = { status: response.statusCode ?? 0, headers: response.headers, body: await textOf(response) };
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    return answer;
  }

  return {
    ...{ port, traces, statuses },
    get requests() {
      return requests;
    },
    async send(sent) {
      const answer = await exchange(sent);
      const place = sent.path.startsWith('/metrics') && answer.status === 200 ? 'metrics' : 'answers';
      traces[place] += `${JSON.stringify(answer.headers)}\n${answer.body}\n`;
      return answer;
    },
    async sendAndHide(sent, secretsOf) {
      const answer = await exchange(sent);
      const text = `${JSON.stringify(answer.headers)}\n${answer.body}\n`;
      traces.answers += secretsOf(answer).reduce((rest, secret) => rest.replace(secret, ''), text);
      return answer;
    },
    async sendBytes(text) {
      requests += 1;
      const options = { withinMs: 5_000, quietMs: 30 };
      const received = await sendRaw(port, [Buffer.from(text, 'latin1')], options).catch((error: unknown) => {
        if (error instanceof NoAnswer) return Buffer.alloc(0);
        throw error;
      });
      traces.answers += received.toString('latin1');
    },
    async listen(headers) {
      requests += 1;
      const sending = request({ host: '127.0.0.1', port, path: '/api/v1/events', headers }).end();
      const [stream] = (await once(sending, 'response')) as [IncomingMessage];
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        traces.events += chunk;
      });
      stream.on('error', () => {});
      streams.push(stream);
      await once(stream, 'data');
    },
    async [Symbol.asyncDispose]() {
      await server.stop(0);
      for (const stream of streams) stream.destroy();
    },
  };
}

/** Every row of every table that is not PostgreSQL's own, as JSON. */
export async function dumpTables(database: Database): Promise<{ tables: number; text: string }> {
  return database.read(async (reader) => {
    const { rows: tables } = await sql<{ schema: string; name: string }>`
      select nspname as schema, relname as name from pg_class join pg_namespace n on n.oid = relnamespace
       where relkind in ('r', 'p', 'm') and nspname <> 'information_schema' and nspname !~ '^pg_'
       order by nspname, relname`.execute(reader);
    let text = '';
    for (const { schema, name } of tables) {
      const { rows } = await sql<{ row: string }>`
        select row_to_json(t)::text as row from ${sql.table(`${schema}.${name}`)} t`.execute(reader);
      text += rows.map(({ row }) => `${schema}.${name} ${row}\n`).join('');
    }
    return { tables: tables.length, text };
  });
}
