export { Forbidden } from './access-failures.ts';
export { logFastAnswer, logRequests } from './access-log.ts';
export { type AccessDeps, addAccessRoutes } from './access-routes.ts';
export { ActorSchema } from './access-schemas.ts';
export { Authenticator } from './authenticator.ts';
export { createFastPathGate, guardRoutes } from './guard.ts';
export { readKeyRequest } from './keys/key-request.ts';
export { type KeyResponse, type NewKeyResponse, toKeyResponse, toNewKeyResponse } from './keys/key-response.ts';
export { Key as KeySchema } from './keys/key-schemas.ts';
export {
  deleteKeysOf,
  hasKeys,
  insertKey,
  listKeys,
  readKeysOf,
  revokeKey,
  rotateKey,
} from './keys/key-store.ts';
export { KeyUses } from './keys/key-uses.ts';
export { RequestLimits } from './limits/request-limits.ts';
export {
  type Actor,
  ANONYMOUS,
  actorOf,
  CLIENT_OF_REQUEST,
  clientIdOf,
  OPEN,
  type Ownership,
  ownershipOf,
  PROVIDER_OF_REQUEST,
  type Principal,
  providerIdOf,
  ROLES,
  UNRESTRICTED,
} from './principal.ts';
export { Refusals } from './refusals.ts';
export { SECURITY_SCHEMES } from './route-access-in-openapi.ts';
export { deleteExpiredSessions } from './sessions/session-store.ts';
export { openTokens } from './tokens/open-tokens.ts';
