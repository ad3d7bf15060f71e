import type { Secret } from '../config/secret.ts';
import type { Supplier, SyncStatus } from '../modules/supply/index.ts';
import { parseDurationMs } from '../platform/time/duration.ts';
import { addressOf, askServer } from './ask-server.ts';
import { CommandError } from './parsing/exit-code.ts';

const STATUS_PATH = 'api/v1/sync/status';

/**
 * Reads the sync status from a running server.
 *
 * @param url the address of the server, with the path that a proxy may put before the server's own
 * @throws ConfigError, CommandError
 */
export async function fetchSyncStatus(url: string, key: Secret | undefined): Promise<SyncStatus> {
  const { status, body } = await askServer(url, key, { method: 'GET', path: STATUS_PATH });
  if (status === 200 && isSyncStatus(body)) return body;
  const advice = status === 401 || status === 403 ? '. Set HOLDFAST_KEY to a key that may read it' : '';
  const { href } = addressOf(url, STATUS_PATH);
  throw new CommandError(`${href} did not answer with a sync status (HTTP ${status})${advice}`);
}

function isSyncStatus(value: unknown): value is SyncStatus {
  const { suppliers, removed, now } = (value ?? {}) as Partial<Record<string, unknown>>;
  return Array.isArray(suppliers) && Array.isArray(removed) && typeof now === 'string';
}

/**
 * The suppliers of a status, as far as it describes them: their pull limits. It does not say what they sell nor how
 * often that is pulled.
 */
export function suppliersOf({ suppliers }: SyncStatus): Supplier[] {
  return suppliers.map(({ id, pull_limits }) => ({
    id,
    adapter: 'snapshot',
    baseUrl: '',
    apiKey: undefined,
    pullLimits: pull_limits.map(parsePullLimit),
    products: [],
    timeZone: 'UTC',
    cadence: [],
  }));
}

function parsePullLimit(text: string): Supplier['pullLimits'][number] {
  const [pulls, window = ''] = text.split('/');
  const windowMs = parseDurationMs(window);
  if (windowMs === undefined) throw new CommandError(`${text} is not a pull limit such as 30/1m`);
  return { pulls: Number(pulls), windowMs };
}
