import type { Random } from '../../../src/platform/seeded-random.ts';
import { MALFORMED_ID_JSON, ODD_ID_JSON } from './bad-ids.ts';
import { MALFORMED_TIMES, ODD_TIMES } from './bad-times.ts';

/** Unusual texts of every kind. They are JavaScript strings, so lone surrogates are among them. */
export const BAD_TEXTS: readonly string[] = [
  '',
  ' ',
  '\t\n',
  '\u0000',
  'a\u0000b',
  '\u0001',
  '\u007f',
  '\u0085',
  '\ud800',
  '\udc00x',
  'a\udbff',
  '\ud83d\ude00',
  '\u202eabc',
  '\u2066x\u2069',
  '\ufeffa',
  '\ufffe',
  '\uffff',
  '\u00e9\u0065\u0301',
  '\u2028\u2029',
  '‮',
  'İıŞ',
  "Robert'); drop table client; --",
  '{process.exit()}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '%s%n%x',
  '../../etc/passwd',
  '\\',
  '"',
  'null',
  'constructor',
  '__proto__',
  'a'.repeat(201),
  'é'.repeat(200),
  '😀'.repeat(200),
  'a'.repeat(70_000),
];

/** Documents that are not JSON, or that a careful parser refuses. */
export const BROKEN_JSON: readonly string[] = [
  '{',
  '}',
  '[',
  '{"first_name":',
  '{"first_name":}',
  '{"first_name" "a"}',
  "{'first_name':'a'}",
  '{first_name:"a"}',
  '{"a":1,}',
  '[1,]',
  '{"a":1}{"b":2}',
  '{"a":1} x',
  'NaN',
  'Infinity',
  'undefined',
  '01',
  '+1',
  '.5',
  '1.',
  '1e',
  '0x10',
  '"open',
  '"\\x41"',
  '"\\u12"',
  '"\u0001"',
  '{"a":"\n"}',
  '/* c */{}',
  '{}//',
  '\u0000',
  '{"a":\u0000}',
  '\u00a0{}',
  '{"__proto__":{"polluted":true}}',
  '{"a":{"__proto__":1}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  'first_name=a&last_name=b',
  '<client/>',
  '['.repeat(40_000),
  '{"a":'.repeat(20_000),
];

const SCALARS: readonly string[] = [
  ...MALFORMED_ID_JSON,
  ...ODD_ID_JSON,
  '1',
  '1E+2',
  '-1.7976931348623157e309',
  '5e-324',
  '0.1',
  '123456789012345678901234567890',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u202e"',
];

/** Arbitrary JSON of at most `depth` levels. */
export function anyJson(random: Random, depth = 3): string {
  const kind = depth > 0 ? random.integer(0, 9) : random.integer(0, 5);
  if (kind <= 3) return random.pick(SCALARS);
  if (kind === 4) return JSON.stringify(random.pick(BAD_TEXTS));
  if (kind === 5) return JSON.stringify(random.pick([...MALFORMED_TIMES, ...ODD_TIMES]));
  const size = random.integer(0, 4);
  if (kind === 6) return deepJson(random);
  if (kind === 7) return `[${Array.from({ length: size }, () => anyJson(random, depth - 1)).join(',')}]`;
  const fields = Array.from({ length: size }, () => `${JSON.stringify(anyKey(random))}:${anyJson(random, depth - 1)}`);
  return `{${fields.join(',')}}`;
}

/** A field name: of a column, of an inherited property, or arbitrary. */
export function anyKey(random: Random): string {
  return random.pick([
    ...['id', 'created_at', 'status', 'claimed', 'version', 'capacity', 'first_name', 'slot_id', 'client_id'],
    ...[
      'toString',
      'constructor',
      'hasOwnProperty',
      'toJSON',
      'length',
      '',
      ' ',
      '\u0000',
      '"',
      '\ud800',
      '$ref',
      'a.b',
    ],
  ]);
}

/** JSON nested as deep as the size limit of a body allows. */
function deepJson(random: Random): string {
  const depth = random.pick([100, 5_000, 50_000]);
  return random.chance(0.5)
    ? `${'['.repeat(depth)}${']'.repeat(depth)}`
    : `${'{"a":'.repeat(depth / 2)}1${'}'.repeat(depth / 2)}`;
}
