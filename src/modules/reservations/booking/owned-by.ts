import { type RawBuilder, sql } from 'kysely';
import type { Ownership } from '../../../access/index.ts';

/**
 * The condition that a reservation belongs to an owner, given the alias of its row. It is part of the statement that
 * reads or locks the reservation.
 */
export function ownedBy({ clientId, providerId }: Ownership, alias: string): RawBuilder<boolean> {
  if (clientId !== null) return sql`${sql.ref(`${alias}.client_id`)} = ${clientId}`;
  if (providerId !== null) return sql`${sql.ref(`${alias}.provider_id`)} = ${providerId}`;
  return sql`true`;
}
