import { randomBytes } from 'node:crypto';

/** Hexadecimal digits that the counter of an id ends with, and every text of that many digits. */
const LOW_DIGITS = 3;
const LOW_TEXTS = Array.from({ length: 16 ** LOW_DIGITS }, (_, low) => toHex(low, LOW_DIGITS));
const HIGH_DIGITS = 9;

/**
 * Creates the ids of requests: UUIDs of version 8 (RFC 9562) that are random for each call of this function, and count
 * in their last twelve digits. They are unique and not secret. A random UUID for each request would cost as much as
 * finding an answer in memory.
 */
export function createRequestIds(): () => string {
  const random = randomBytes(8);
  // The version, and the variant in the two highest bits.
  random[6] = ((random[6] ?? 0) & 0x0f) | 0x80;
  const [first, second, third] = [
    random.toString('hex', 0, 4),
    random.toString('hex', 4, 6),
    random.toString('hex', 6),
  ];
  const variant = `${'89ab'[randomBytes(1).readUInt8() & 3]}${randomBytes(2).toString('hex').slice(1)}`;
  let high = 0;
  let low = 0;
  let beginning = '';
  return () => {
    if (low === 0) beginning = flatten(`${first}-${second}-${third}-${variant}-${toHex(high, HIGH_DIGITS)}`);
    const id = beginning + LOW_TEXTS[low];
    low = (low + 1) % LOW_TEXTS.length;
    if (low === 0) high = (high + 1) % 16 ** HIGH_DIGITS;
    return id;
  };
}

function toHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** A text in one piece. V8 would copy the pieces of a concatenation again for each text that begins with it. */
function flatten(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
