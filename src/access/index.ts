export { Forbidden } from './access-failures.ts';
export { type AccessDeps, addAccessRoutes } from './access-routes.ts';
export { Authenticator } from './authenticator.ts';
export { createFastPathGate, guardRoutes } from './guard.ts';
export { KeyUses } from './keys/key-uses.ts';
export {
  type Actor,
  actorOf,
  clientIdOf,
  type Ownership,
  ownershipOf,
  type Principal,
  providerIdOf,
} from './principal.ts';
export { SECURITY_SCHEMES } from './route-access-in-openapi.ts';
