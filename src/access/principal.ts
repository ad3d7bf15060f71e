import { Malformed } from '../platform/errors.ts';
import type { Id } from '../platform/ids.ts';
import type { InstantText } from '../platform/time/instant.ts';
import { Forbidden } from './access-failures.ts';

export const ROLES = ['operator', 'service', 'viewer', 'provider', 'client', 'reseller', 'monitor'] as const;
export type Role = (typeof ROLES)[number];

/** The sender of a request, as far as its rights depend on it. */
export interface Principal {
  /** `anonymous`: the request has no credentials, or those it has do not matter. No route is open to it by role. */
  readonly role: Role | 'anonymous';
  /** The id of the provider or client that it acts for; the name of a reseller; `null` for other roles. */
  readonly subject: Id | string | null;
  /** The key it was authenticated by; `null` for the bootstrap operator key and for tokens. */
  readonly keyId: string | null;
  /** When its credentials expire; `null` if they do not. */
  readonly expiresAt: InstantText | null;
  /** A name that no other principal has, and that stays the same when its key is rotated. */
  readonly scope: string;
}

/** The principal of every request while access control is off. */
export const OPEN: Principal = Object.freeze({
  role: 'operator',
  subject: null,
  keyId: null,
  expiresAt: null,
  scope: 'local',
});

/** The principal of the bootstrap operator key. */
export const BOOTSTRAP: Principal = Object.freeze({
  role: 'operator',
  subject: null,
  keyId: null,
  expiresAt: null,
  scope: 'bootstrap',
});

/** The principal of a request that has not been authenticated. */
export const ANONYMOUS: Principal = Object.freeze({
  role: 'anonymous',
  subject: null,
  keyId: null,
  expiresAt: null,
  scope: 'anonymous',
});

/** The principal that changed something, as histories show it. */
export interface Actor {
  readonly role: Role;
  readonly subject: Id | string | null;
  readonly key_id: string | null;
}

/** The actor of a change; `null` while access control is off. */
export function actorOf(principal: Principal): Actor | null {
  const { role, subject, keyId } = principal;
  return principal === OPEN || role === 'anonymous' ? null : { role, subject, key_id: keyId };
}

/** The reservations, bookings and clients that a principal may read and change. `null` means: of anyone. */
export interface Ownership {
  readonly clientId: Id | null;
  readonly providerId: Id | null;
}

/** Everyone's things: for operators and back ends, and for what the program itself does. */
export const UNRESTRICTED: Ownership = Object.freeze({ clientId: null, providerId: null });

/**
 * The things that belong to a principal. Every statement that reads or changes something with an owner has it among its
 * conditions, so that nothing happens between a check and the use of what was checked.
 */
export function ownershipOf({ role, subject }: Principal): Ownership {
  if (role === 'client') return { clientId: subject as Id, providerId: null };
  if (role === 'provider') return { clientId: null, providerId: subject as Id };
  return UNRESTRICTED;
}

/** Descriptions of the ids in a request that `clientIdOf` and `providerIdOf` read. */
export const CLIENT_OF_REQUEST = "The client's id. A client may leave it out: it is its own. Others must give it.";
export const PROVIDER_OF_REQUEST =
  "The provider's id. A provider may leave it out: it is its own. Others must give it.";

/**
 * The client that a request is for: the one it names or, when a client sends it, that client.
 *
 * @param path the path of the field, for errors
 * @throws Forbidden when a client names another one; Malformed when the client is missing
 */
export function clientIdOf({ role, subject }: Principal, named: Id | undefined, path: string): Id {
  return subjectOr(role === 'client' ? (subject as Id) : undefined, named, path);
}

/** The provider that a request is for, in the same way. */
export function providerIdOf({ role, subject }: Principal, named: Id | undefined, path: string): Id {
  return subjectOr(role === 'provider' ? (subject as Id) : undefined, named, path);
}

function subjectOr(own: Id | undefined, named: Id | undefined, path: string): Id {
  if (own !== undefined && named !== undefined && named !== own) {
    throw new Forbidden(`${path} names ${named}, and these credentials are for ${own}. Leave it out or name ${own}`);
  }
  const id = own ?? named;
  if (id === undefined) throw new Malformed([{ path, message: 'is missing' }]);
  return id;
}
