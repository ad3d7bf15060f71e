import { Readable } from 'node:stream';
import { RowRefused, readCsv } from '../../src/platform/import/csv-rows.ts';
import { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
import { decodeUtf8 } from '../../src/platform/utf8.ts';
import { BAD_TEXTS } from '../support/requests/bad-json.ts';

const COLUMNS = ['id', 'make', 'model'];

/** Reads generated CSV files, most of them broken somewhere. @returns the violations, in words */
export async function csvViolations(seed: number, cases: number): Promise<string[]> {
  const violations: string[] = [];
  for (let index = 0; index < cases && violations.length < 20; index += 1) {
    const random = seededRandom(seed, index);
    const file = plannedFile(random);
    const found = await violationOf(file, random.pick([1, 3, 64, 65_536]));
    if (found)
      violations.push(
        `VIOLATION CSV file ${index}: ${found}\n  ${JSON.stringify(file.toString('latin1').slice(0, 400))}`,
      );
  }
  return violations;
}

function plannedFile(random: Random): Buffer {
  const field = () => {
    const text = random
      .pick([...BAD_TEXTS, 'AUDI', 'Müller', '1', ''])
      .slice(0, 300)
      .toWellFormed();
    return random.chance(0.5) ? `"${text.replaceAll('"', '""')}"` : text.replaceAll(/["\n\r,]/g, '');
  };
  const header = random.pick([
    'id,make,model',
    'model,id,make',
    'id,make,model,make',
    'id,make',
    '\ufeffid,make,model,note',
  ]);
  const width = header.split(',').length;
  const rows = Array.from({ length: random.integer(0, 5) }, () => Array.from({ length: width }, field).join(','));
  const bytes = Buffer.from([header, ...rows].join(random.pick(['\n', '\r\n'])));
  if (random.chance(0.4)) return bytes;
  const at = random.integer(0, bytes.length);
  const stray = Buffer.from(Array.from({ length: random.integer(1, 4) }, () => random.integer(0, 255)));
  return Buffer.concat([bytes.subarray(0, at), stray, bytes.subarray(at)]);
}

/** Every field that is read must be in the file, byte by byte; a file that is not UTF-8 must end with a refused row. */
async function violationOf(file: Buffer, chunkBytes: number): Promise<string | undefined> {
  const chunks = Array.from({ length: Math.ceil(file.length / chunkBytes) }, (_, index) =>
    file.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  let isRefused = false;
  try {
    for await (const { fields } of readCsv(Readable.from(chunks), COLUMNS)) {
      isRefused ||= fields instanceof RowRefused;
      if (fields instanceof RowRefused) continue;
      const foreign = Object.values(fields).find((text) => !isIn(file, text));
      if (foreign !== undefined) return `the text ${JSON.stringify(foreign)} is not in the file`;
    }
  } catch (error) {
    return `threw ${error}`;
  }
  return !isRefused && decodeUtf8(file) === undefined ? 'bytes that are not UTF-8 were accepted' : undefined;
}

function isIn(file: Buffer, text: string): boolean {
  return file.includes(Buffer.from(text)) || file.includes(Buffer.from(text.replaceAll('"', '""')));
}
