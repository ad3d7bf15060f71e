import type { JWTPayload } from 'jose';
import { type Id, parseId } from '../../platform/ids.ts';
import { toMicroseconds } from '../../platform/time/instant.ts';
import { isVisibleText } from '../../platform/visible-text.ts';
import { SUBJECT_TYPES } from '../keys/key-request.ts';
import { type Principal, ROLES } from '../principal.ts';
import type { TokenIssuer } from './token-issuer.ts';

const MAX_SUBJECT_LENGTH = 200;
/** As OpenID Connect limits `sub`. */
const MAX_SUB_LENGTH = 255;
/** The last second that a time in an answer can show. */
const MAX_EXP_S = 253_402_300_799;

/** The principal of a verified token; `undefined` when its claims do not make one. */
export function principalOf(payload: JWTPayload, issuer: TokenIssuer): Principal | undefined {
  const role = ROLES.find((each) => each === claimOf(payload, issuer.roleClaim));
  const { exp, sub = '' } = payload;
  if (role === undefined || exp === undefined || !(exp > 0 && exp <= MAX_EXP_S)) return undefined;
  const needed = SUBJECT_TYPES[role];
  const subject = needed === undefined ? null : subjectOf(needed, claimOf(payload, issuer.subjectClaim));
  if (subject === undefined) return undefined;
  if (typeof sub !== 'string' || (sub !== '' && !isVisibleText(sub, MAX_SUB_LENGTH))) return undefined;
  return Object.freeze({
    role,
    subject,
    keyId: null,
    expiresAt: toMicroseconds(Temporal.Instant.fromEpochMilliseconds(Math.floor(exp * 1_000))),
    // The issuer is encoded so that it contains no colon: two issuers cannot make the same scope.
    scope: subject === null ? `token:${encodeURIComponent(issuer.issuer)}:${sub}` : `${role}:${subject}`,
  });
}

/** A claim of the token itself, not one that all objects inherit. */
function claimOf(payload: JWTPayload, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

/** An id may be text, because many issuers have text claims only. */
function subjectOf(needed: 'number' | 'string', value: unknown): Id | string | undefined {
  if (needed === 'string')
    return typeof value === 'string' && isVisibleText(value, MAX_SUBJECT_LENGTH) ? value : undefined;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  return typeof value === 'string' ? parseId(value) : undefined;
}
