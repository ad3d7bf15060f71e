import type { Secret } from '../../config/secret.ts';
import { askServer } from '../ask-server.ts';
import { CommandError } from '../parsing/exit-code.ts';
import { fetchSyncStatus } from '../sync-status-over-http.ts';
import { openWebhooksOverHttp } from '../webhooks/webhooks-over-http.ts';
import { type Finding, fail, ok, reasonOf, warn } from './check.ts';
import { judgeSuppliers, judgeWebhooks } from './judge-stored.ts';

interface Readiness {
  readonly dependencies: readonly { readonly name: string; readonly state: string; readonly reason: string | null }[];
}

/** Checks a running server: whether it is ready, and what it says about suppliers and webhooks. */
export async function checkRunningServer(url: string, key: Secret | undefined): Promise<Finding[]> {
  const readiness = await readReadiness(url);
  if (readiness.some(({ status }) => status === 'fail')) return readiness;
  const others = await Promise.all([
    attempt('sync', async () => judgeSuppliers(await fetchSyncStatus(url, key))),
    attempt('webhooks', async () => judgeWebhooks(await openWebhooksOverHttp(url, key).list())),
  ]);
  return [...readiness, ...others.flat()];
}

async function readReadiness(url: string): Promise<Finding[]> {
  return attempt('server', async () => {
    const { status, body } = await askServer(url, undefined, { method: 'GET', path: 'readyz' });
    if (status !== 200) {
      const { detail } = (body ?? {}) as { readonly detail?: string };
      return [fail('server', `${url} is not ready (${status}): ${detail ?? 'it gives no reason'}`)];
    }
    const findings = [ok('server', `${url} is ready`)];
    for (const { name, state, reason } of (body as Readiness).dependencies) {
      findings.push(
        state === 'in-use' ? ok(`server: ${name}`, 'in use') : warn(`server: ${name}`, `not in use: ${reason}`),
      );
    }
    return findings;
  });
}

async function attempt(name: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [fail(name, reasonOf(error))];
  }
}
