import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Writes the Brotli and gzip copies of a file. Returns its size with Brotli, in bytes. */
export async function compressFile(path: string, quality = 11): Promise<number> {
  const content = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  const brotli = await promisify(brotliCompress)(content, { params });
  await Promise.all([
    writeFile(`${path}.br`, brotli),
    writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 })),
  ]);
  return brotli.length;
}
