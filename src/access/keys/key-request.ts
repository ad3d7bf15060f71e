import { Malformed } from '../../platform/errors.ts';
import { instantOf } from '../../platform/http/parameters.ts';
import type { Id } from '../../platform/ids.ts';
import type { Role } from '../principal.ts';
import type { KeyRequest } from './key-store.ts';

interface WrittenRequest {
  readonly name: string;
  readonly role: Role;
  readonly subject?: number | string | null;
  readonly expires_at?: string | null;
}

/** Reads the request for a key. @throws Malformed when role and subject do not fit each other */
export function readKeyRequest({ name, role, subject = null, expires_at = null }: WrittenRequest): KeyRequest {
  return {
    name,
    role,
    subject: subjectOf(role, subject),
    expiresAt: expires_at === null ? null : instantOf(expires_at, '/expires_at'),
  };
}

/**
 * The subject that a role needs: an id for a provider or client, a name for a reseller, none for others.
 *
 * @throws Malformed
 */
function subjectOf(role: Role, subject: number | string | null): Id | string | null {
  const needed = SUBJECT_TYPES[role];
  if (needed === undefined) {
    if (subject !== null) throw new Malformed([{ path: '/subject', message: `is not for the role ${role}` }]);
    return null;
  }
  if (typeof subject === needed) return subject;
  const kind = needed === 'number' ? `the id of the ${role}` : 'the name of the reseller';
  throw new Malformed([{ path: '/subject', message: `must be ${kind}` }]);
}

/** Types of subjects. Roles without a subject have none. */
export const SUBJECT_TYPES: Readonly<Partial<Record<Role, 'number' | 'string'>>> = {
  provider: 'number',
  client: 'number',
  reseller: 'string',
};
