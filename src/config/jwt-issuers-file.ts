import { ConfigError } from './config-error.ts';
import { isObject, parseJson, quote, readNamedFile } from './json-file.ts';

/** An issuer of `JWT_ISSUERS_FILE`, validated. */
export interface JwtIssuerConfig {
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** The `aud` that its tokens must have or contain. */
  readonly audience: string;
  /** Its public keys (RFC 7517): the URL they are fetched from, or the keys themselves. */
  readonly jwks: string | JsonWebKeySet;
  /** The signature algorithms that are accepted. All are asymmetric. */
  readonly algorithms: readonly string[];
  /** The claims that hold role and subject. */
  readonly roleClaim: string;
  readonly subjectClaim: string;
}

interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

type Fields = Readonly<Record<string, unknown>>;

const KEYS = ['issuer', 'audience', 'jwks_url', 'jwks_file', 'algorithms', 'role_claim', 'subject_claim'];
/** Signatures by a private key. With a shared secret, as in HS256, anyone who can check a token could make one. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const DEFAULT_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
/** Members of a JWK that only a private or a secret key has (RFC 7518). */
const PRIVATE_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];
const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Parses the file. An error is one line that names the issuer and the key. */
export function readJwtIssuersFile(text: string): readonly JwtIssuerConfig[] {
  const list = parseJson(text);
  if (!Array.isArray(list) || list.length === 0) throw new ConfigError('must be a JSON list of issuers, not empty');
  const issuers = list.map(readIssuer);
  const names = issuers.map(({ issuer }) => issuer);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) wrong(repeated, 'issuer', 'is listed twice');
  return issuers;
}

function readIssuer(entry: unknown, index: number): JwtIssuerConfig {
  if (!isObject(entry)) throw new ConfigError(`issuer ${index + 1}: must be a JSON object`);
  const { issuer } = entry;
  if (!isPlainText(issuer)) {
    throw new ConfigError(`issuer ${index + 1}, issuer: must be the iss of its tokens, not ${quote(issuer)}`);
  }
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) wrong(issuer, quote(unknown), `is not a known key; use ${KEYS.join(', ')}`);
  return {
    issuer,
    audience: readText(issuer, 'audience', entry.audience),
    jwks: readKeys(issuer, entry),
    algorithms: readAlgorithms(issuer, entry.algorithms),
    roleClaim: readText(issuer, 'role_claim', entry.role_claim ?? 'holdfast_role'),
    subjectClaim: readText(issuer, 'subject_claim', entry.subject_claim ?? 'holdfast_subject'),
  };
}

function readText(issuer: string, key: string, value: unknown): string {
  return isPlainText(value) ? value : wrong(issuer, key, `must be a text of 1 to 500 characters, not ${quote(value)}`);
}

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{C}\p{Z}]{1,500}$/u.test(value);
}

function readKeys(issuer: string, { jwks_url: url, jwks_file: file }: Fields): JwtIssuerConfig['jwks'] {
  if ((url === undefined) === (file === undefined)) wrong(issuer, 'jwks_url', 'or jwks_file must be there, not both');
  if (file === undefined) return readUrl(issuer, url);
  if (typeof file !== 'string' || file === '') return wrong(issuer, 'jwks_file', 'must be the name of a file');
  return readNamedFile(`issuer ${issuer}, jwks_file`, file, readKeySet);
}

/** Keys from plain http could be anyone's. The message does not quote the URL, which may contain a password. */
function readUrl(issuer: string, value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const isPrivate = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!url || !isPrivate || url.username || url.password || /[#\s\\]/.test(String(value))) {
    return wrong(issuer, 'jwks_url', 'must be an https URL (http at a loopback address) without credentials');
  }
  return url.href;
}

function readKeySet(text: string): JsonWebKeySet {
  const set = parseJson(text);
  const keys: unknown = isObject(set) ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject)) {
    throw new ConfigError('must be a JSON Web Key Set: {"keys": [key, …]}');
  }
  if (keys.some((key) => PRIVATE_MEMBERS.some((member) => member in key))) {
    throw new ConfigError('must contain public keys only');
  }
  return { keys };
}

function readAlgorithms(issuer: string, value: unknown): readonly string[] {
  if (value === undefined) return DEFAULT_ALGORITHMS;
  if (!Array.isArray(value) || value.length === 0) return wrong(issuer, 'algorithms', 'must be a list, not empty');
  const refused: unknown = value.find((algorithm) => !ALGORITHMS.includes(algorithm));
  if (refused !== undefined) {
    wrong(issuer, 'algorithms', `must be among ${ALGORITHMS.join(', ')}, which excludes ${quote(refused)}`);
  }
  return value;
}

function wrong(issuer: string, key: string, problem: string): never {
  throw new ConfigError(`issuer ${issuer}, ${key}: ${problem}`);
}
