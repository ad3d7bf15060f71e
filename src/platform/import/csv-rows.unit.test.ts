import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Fields, RowRefused, readCsv } from './csv-rows.ts';

/** The rows of a file that arrives in chunks of some size. A refused row is its reason, with its line. */
async function rowsOf(file: Buffer | string, chunkBytes = 65_536): Promise<(Fields | string)[]> {
  const bytes = Buffer.from(file as string);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const rows: (Fields | string)[] = [];
  for await (const { line, fields } of readCsv(Readable.from(chunks), ['id'])) {
    rows.push(fields instanceof RowRefused ? `${line}: ${fields.message}` : fields);
  }
  return rows;
}

const CHUNK_SIZES = [1, 2, 3, 7, 65_536];

describe.each(CHUNK_SIZES)('a CSV file in chunks of %i bytes', (chunkBytes) => {
  it('characters that two chunks share are read', async () => {
    expect(await rowsOf('id,name\n1,Müller 😀\n2,李\n', chunkBytes)).toEqual([
      { id: '1', name: 'Müller 😀' },
      { id: '2', name: '李' },
    ]);
  });

  it.each([
    ['latin1 text', Buffer.from('id,name\n1,a\n2,Müller\n3,c\n', 'latin1'), 3],
    ['an overlong form', Buffer.from([...Buffer.from('id\n'), 0xc0, 0xaf, 0x0a]), 2],
    ['half a surrogate pair', Buffer.from([...Buffer.from('id\n1\n2\n'), 0xed, 0xa0, 0x80, 0x0a, 0x33]), 4],
    ['a character that the end of the file cuts', Buffer.from('id\n1\nü').subarray(0, -1), 3],
    ['a header in another charset', Buffer.from('id,größe\n1,2\n', 'latin1'), 1],
    ['UTF-16', Buffer.from('\ufeffid\n1\n', 'utf16le'), 1],
  ])('%s is refused with its line', async (_what, file, line) => {
    expect((await rowsOf(file, chunkBytes)).at(-1)).toBe(`${line}: the line is not UTF-8`);
  });
});

it('a header that names a column twice is refused, whichever column it is', async () => {
  expect(await rowsOf('id,name,id\n1,a,2\n')).toEqual(['1: more than one column is named id']);
  expect(await rowsOf('id,name,name,x,x\n1,a,b,c,d\n')).toEqual(['1: more than one column is named name, x']);
});

it('columns without a name may be many', async () => {
  expect(await rowsOf('id,,\n1,,\n')).toEqual([{ id: '1', '': '' }]);
});
