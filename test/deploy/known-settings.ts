import { readdir, readFile } from 'node:fs/promises';

const CONFIG = new URL('../../src/config/', import.meta.url);

/** The names of the environment variables that `src/config` reads. */
async function knownSettings(): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const file of await readdir(CONFIG)) {
    if (file.includes('.test.')) continue;
    const text = await readFile(new URL(file, CONFIG), 'utf8');
    for (const [, called, property] of text.matchAll(/\(env, '([A-Z_]+)'|\benv\.([A-Z_]+)/g))
      names.add(called ?? property ?? '');
  }
  return names;
}

/** The variables in a list that no server reads. */
export async function unknownSettings(names: Iterable<string>): Promise<string[]> {
  const known = await knownSettings();
  return [...names].filter((name) => !known.has(name));
}
