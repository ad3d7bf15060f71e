import { Forbidden, ownershipOf, type Principal } from '../../../access/index.ts';
import type { Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { readProvider } from './provider-store.ts';

/**
 * Requires that a principal may change a provider and its time: a provider only its own. Providers are known to
 * everyone, so another one is refused, and not denied. The subject of a principal never changes, so nothing can happen
 * between this check and the change.
 *
 * @throws Forbidden; NotFound for a provider that does not exist
 */
export async function requireOwnProvider(reader: Reader, principal: Principal, providerId: Id): Promise<void> {
  const own = ownershipOf(principal).providerId;
  if (own === null || own === providerId) return;
  await readProvider(reader, providerId);
  throw new Forbidden(`Provider ${providerId} is not the one that these credentials are for`);
}
