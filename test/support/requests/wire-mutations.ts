import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Random } from '../../../src/platform/seeded-random.ts';
import type { PlannedRequest } from './bad-requests.ts';

/** Changes how a request with a body is written into bytes: its encoding, its charset and its compression. */
type WireMutation = (random: Random, request: PlannedRequest, bytes: Buffer) => WireChange;

interface WireChange {
  readonly label: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly bytes?: Buffer;
  /** The statuses that a readable request may not have after the change. */
  readonly isRefused: boolean;
}

const ENCODERS = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const;

/** Sequences that are not UTF-8: stray and overlong bytes, surrogates, beyond U+10FFFF, cut characters. */
const NOT_UTF8 = ['ff', 'fe', '80', 'c080', 'c3', 'e282', 'eda080', 'edbfbf', 'f0808080', 'f4908080', 'f8a1a1a1a1'];

/** 4 MB of spaces, in each coding. */
const BOMBS = ENCODERS.map(([name, encode]) => [name, encode(Buffer.alloc(4 * 1024 * 1024, 0x20))] as const);

const compressed: WireMutation = (random, _request, bytes) => {
  const [name, encode] = random.pick(ENCODERS);
  return { label: `in ${name}`, headers: [['content-encoding', name]], bytes: encode(bytes), isRefused: false };
};

const brokenCompression: WireMutation = (random, _request, bytes) => {
  const [name, encode] = random.pick(ENCODERS);
  const whole = encode(bytes);
  const broken = random.pick([
    bytes,
    whole.subarray(0, random.integer(1, whole.length - 1)),
    Buffer.concat([whole, Buffer.from([0x78, random.integer(0, 255)])]),
    Buffer.concat([Buffer.from([random.integer(0, 255)]), whole]),
  ]);
  return { label: `not in ${name}`, headers: [['content-encoding', name]], bytes: broken, isRefused: true };
};

const bomb: WireMutation = (random) => {
  const [name, bytes] = random.pick(BOMBS);
  return { label: `4 MB in ${name}`, headers: [['content-encoding', name]], bytes, isRefused: true };
};

const unknownEncoding: WireMutation = (random) => {
  const name = random.pick(['zstd', 'compress', 'gzip, br', 'gzip gzip', '__proto__', 'utf-8', '*', 'x'.repeat(500)]);
  return { label: `in ${name.slice(0, 20)}`, headers: [['content-encoding', name]], isRefused: true };
};

const notUtf8: WireMutation = (random, _request, bytes) => {
  const at = random.integer(0, bytes.length);
  const stray = Buffer.from(random.pick(NOT_UTF8), 'hex');
  const spoilt = Buffer.concat([bytes.subarray(0, at), stray, bytes.subarray(at)]);
  return { label: `bytes ${stray.toString('hex')} at ${at}`, bytes: spoilt, isRefused: isBroken(spoilt) };
};

const otherCharset: WireMutation = (random, request, bytes) => {
  const charset = random.pick(['utf-16', 'utf-16le', 'iso-8859-1', '"windows-1252"', 'us-ascii', 'utf-7', 'x']);
  const text = request.body ?? '';
  const type: [string, string] = ['content-type', `application/json; charset=${charset}`];
  const spelt = charset.startsWith('utf-16') ? Buffer.from(text, 'utf16le') : bytes;
  return { label: `charset ${charset}`, headers: [type], bytes: spelt, isRefused: true };
};

const byteOrderMark: WireMutation = (_random, _request, bytes) => ({
  label: 'after a byte order mark',
  bytes: Buffer.concat([Buffer.from('\ufeff'), bytes]),
  isRefused: false,
});

const MUTATIONS = [
  compressed,
  compressed,
  brokenCompression,
  bomb,
  unknownEncoding,
  notUtf8,
  notUtf8,
  otherCharset,
  byteOrderMark,
];

/** Statuses of a request that is refused by its body, or before its body is read. */
const REFUSALS = [400, 404, 405, 408, 413, 415, 431];

/** Spoils the bytes of some requests that have a body. */
export function mutateWire(random: Random, request: PlannedRequest): PlannedRequest {
  const hasBody =
    request.body !== undefined && request.body !== '' && ['POST', 'PUT', 'PATCH'].includes(request.method);
  if (!hasBody || !random.chance(0.25)) return request;
  const change = random.pick(MUTATIONS)(random, request, Buffer.from(request.body ?? ''));
  const replaced = new Set((change.headers ?? []).map(([name]) => name));
  return {
    ...request,
    label: `${request.label}, ${change.label}`,
    headers: [...request.headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...(change.headers ?? [])],
    ...(change.bytes ? { bytes: change.bytes } : {}),
    allowed: change.isRefused ? REFUSALS : undefined,
  };
}

function isBroken(bytes: Buffer): boolean {
  return !bytes.equals(Buffer.from(bytes.toString('utf8')));
}
