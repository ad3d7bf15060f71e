import { expect, it } from 'vitest';
import { shownPath, shownText } from './shown-text.ts';

it('a name, a time, an id of a key and a UUID are shown, and longer texts are not', () => {
  const shown = [
    'first_name',
    '2030-01-01T00:00:00.123456Z',
    '0f6b2a9c41d87e35a0b1',
    '98085d27-1363-4f6d-b900-1729d325a120',
  ];
  for (const text of shown) expect(shownText(text)).toBe(text);
  expect(shownText('x'.repeat(31))).toBe('[long]');
});

it('a path is shown without its query and its long segments', () => {
  expect(shownPath(`/api/v1/keys/hf_${'x'.repeat(40)}/rotate?key=y#z`)).toBe('/api/v1/keys/[long]/rotate');
  expect(shownPath('/a'.repeat(400))).toHaveLength(300);
});
