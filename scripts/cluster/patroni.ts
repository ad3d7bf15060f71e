import { at, type PostgresPlace } from './layout.ts';

/** A PostgreSQL server as Patroni describes it. */
export interface PatroniMember {
  readonly name: string;
  readonly role: 'leader' | 'sync_standby' | 'replica';
  readonly state: string;
  /** Bytes that the standby is behind, as of the last round of Patroni's loop. */
  readonly lag?: number | 'unknown';
}

const ANSWERS_WITHIN_MS = 2_000;

/** The servers of the cluster, as the first Patroni that answers sees them; none if none answers. */
export async function patroniMembers(places: readonly PostgresPlace[]): Promise<readonly PatroniMember[]> {
  for (const { restPort } of places) {
    const answer = await request(restPort, '/cluster').catch(() => undefined);
    if (answer?.ok) return ((await answer.json()) as { members?: PatroniMember[] }).members ?? [];
  }
  return [];
}

/** Whether every server runs: one primary, one synchronous standby, and the others streaming. */
export function isComplete(members: readonly PatroniMember[], count: number, synchronous = true): boolean {
  const running = members.filter(({ state }) => state === 'running' || state === 'streaming');
  const has = (role: PatroniMember['role']) => running.some((member) => member.role === role);
  return running.length === count && has('leader') && (!synchronous || has('sync_standby'));
}

/** Changes the dynamic configuration, as `patronictl edit-config` does. */
export async function patchConfig(places: readonly PostgresPlace[], patch: object): Promise<void> {
  for (const { restPort } of places) {
    const answer = await request(restPort, '/config', { method: 'PATCH', body: JSON.stringify(patch) }).catch(
      () => undefined,
    );
    if (answer?.ok) return;
  }
  throw new Error('no Patroni accepted the change of its configuration');
}

function request(port: number, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://${at(port)}${path}`, { ...init, signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
}
