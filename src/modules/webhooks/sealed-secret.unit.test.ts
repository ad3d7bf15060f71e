import { describe, expect, it } from 'vitest';
import { SecretBox, SecretNotReadable } from './sealed-secret.ts';

const KEY = 'a key of tests only, which is long enough';
const OTHER = 'another key of tests, which is long enough';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8fVCoM0H1zA=';

describe('SecretBox', () => {
  it('a sealed secret opens with its key, and does not contain the secret', () => {
    const sealed = new SecretBox([KEY]).seal(SECRET);
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]{67}\.[\w-]{22}$/);
    expect(sealed).not.toContain(Buffer.from(SECRET).toString('base64url'));
    expect(new SecretBox([KEY]).open(sealed)).toBe(SECRET);
  });

  it('the same secret is sealed differently each time', () => {
    const box = new SecretBox([KEY]);
    expect(box.seal(SECRET)).not.toBe(box.seal(SECRET));
  });

  it('a secret sealed without a key is readable, and opens with any key', () => {
    const sealed = new SecretBox([]).seal(SECRET);
    expect(sealed).toBe(`clear.${Buffer.from(SECRET).toString('base64url')}`);
    expect([new SecretBox([]), new SecretBox([KEY])].map((box) => box.open(sealed))).toEqual([SECRET, SECRET]);
  });

  it('a list of keys opens what any of them sealed, and seals with the first', () => {
    const both = new SecretBox([KEY, OTHER]);
    expect(both.open(new SecretBox([OTHER]).seal(SECRET))).toBe(SECRET);
    expect(new SecretBox([KEY]).open(both.seal(SECRET))).toBe(SECRET);
    expect(new SecretBox([OTHER]).canOpen(both.seal(SECRET))).toBe(false);
  });

  it.each([
    ['no key', new SecretBox([]), (sealed: string) => sealed],
    ['another key', new SecretBox([OTHER]), (sealed: string) => sealed],
    ['a changed ciphertext', new SecretBox([KEY]), (sealed: string) => flip(sealed, 2)],
    ['a changed tag', new SecretBox([KEY]), (sealed: string) => flip(sealed, 3)],
    ['a shorter tag', new SecretBox([KEY]), (sealed: string) => sealed.slice(0, -8)],
    ['an unknown form', new SecretBox([KEY]), (sealed: string) => sealed.replace('v1', 'v2')],
    ['an empty text', new SecretBox([KEY]), () => ''],
  ])('with %s a secret is not readable, and the error names the variable', (_what, box, change) => {
    const sealed = change(new SecretBox([KEY]).seal(SECRET));
    expect(() => box.open(sealed)).toThrow(SecretNotReadable);
    expect(() => box.open(sealed)).toThrow('cannot read the secret');
    expect(box.canOpen(sealed)).toBe(false);
  });
});

/** Changes the first character of a part. */
function flip(sealed: string, index: number): string {
  const parts = sealed.split('.');
  const part = parts[index] ?? '';
  parts[index] = `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
  return parts.join('.');
}
