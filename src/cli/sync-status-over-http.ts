import type { Supplier, SyncStatus } from '../modules/supply/index.ts';
import { parseDurationMs } from '../platform/time/duration.ts';
import { CommandError } from './parsing/exit-code.ts';

const STATUS_PATH = 'api/v1/sync/status';
const ANSWER_WITHIN_MS = 5_000;

/**
 * Reads the sync status from a running server.
 *
 * @param url the address of the server, with the path that a proxy may put before the server's own
 * @throws CommandError
 */
export async function fetchSyncStatus(url: string): Promise<SyncStatus> {
  const address = new URL(STATUS_PATH, url.endsWith('/') ? url : `${url}/`);
  let response: Response;
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch (error) {
    throw new CommandError(`${address.href} cannot be reached: ${reasonOf(error)}`);
  }
  const status = response.ok ? await response.json().catch(() => undefined) : undefined;
  if (!isSyncStatus(status)) {
    throw new CommandError(`${address.href} did not answer with a sync status (HTTP ${response.status})`);
  }
  return status;
}

/** `fetch` says only that it failed; the reason is in its cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { readonly cause?: unknown };
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
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
