import type pg from 'pg';
import { Unavailable } from '../errors.ts';
import { StartError } from '../start-error.ts';
import { toFailure } from './database-failure.ts';
import { openClient } from './session/session.ts';

/** How often the two connections are compared. Another client may take a server connection in between. */
const COMPARISONS = 20;

const SESSION = { applicationName: 'holdfast pooler check' };

/**
 * Checks that a connection keeps its session, which a pooler in transaction mode does not: what LISTEN asks for is never
 * delivered there, and settings end up in the sessions of others.
 *
 * @throws StartError, Failure
 */
export async function requireSession(url: string, variable: 'DATABASE_URL' | 'DATABASE_DIRECT_URL'): Promise<void> {
  if (await tryToConnect(url, variable)) return;
  throw new StartError(
    variable === 'DATABASE_URL'
      ? 'DATABASE_URL leads to a connection pooler in transaction mode. Set DATABASE_DIRECT_URL to PostgreSQL itself, for LISTEN and migrations.'
      : 'DATABASE_DIRECT_URL leads to a connection pooler in transaction mode. Set it to PostgreSQL itself.',
  );
}

async function tryToConnect(url: string, variable: string): Promise<boolean> {
  try {
    return await keepsSession(url);
  } catch (error) {
    const failure = toFailure(error, {});
    if (!(failure instanceof Unavailable)) throw failure;
    const detail = `The database at ${variable} cannot be reached. Try again in a few seconds.`;
    throw new Unavailable(failure.type, detail, 2, { cause: failure.cause });
  }
}

/**
 * A pooler answers a login with a process id of its own making; PostgreSQL, a balancer and a tunnel with that of the
 * server process. A pooler in session mode keeps sessions all the same, so the second proof is that two open connections
 * share a server process, or that one of them has changed it.
 */
async function keepsSession(url: string): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  const open = async () => {
    const client = await openClient(url, SESSION);
    client.on('error', () => {});
    stack.defer(() => client.end());
    return client;
  };
  const first = await open();
  const own = await serverProcess(first);
  if (own === (first as pg.Client & { readonly processID?: number }).processID) return true;
  const second = await open();
  for (let comparison = 0; comparison < COMPARISONS; comparison += 1) {
    // An open transaction keeps its server process, so the first connection cannot get the same one back meanwhile.
    await second.query('begin');
    const other = await serverProcess(second);
    if (other === own || (await serverProcess(first)) !== own) return false;
    await second.query('rollback');
  }
  return true;
}

async function serverProcess(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid');
  return rows[0]?.pid;
}
