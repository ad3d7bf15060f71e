import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A `SUPPLIERS_FILE`. Disposing deletes it. */
export interface SuppliersFile extends AsyncDisposable {
  readonly path: string;
}

export async function writeSuppliersFile(suppliers: readonly object[]): Promise<SuppliersFile> {
  const directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-suppliers-'));
  const path = join(directory.path, 'suppliers.json');
  await writeFile(path, JSON.stringify(suppliers));
  return { path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}
