import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Finds words that the house style replaces (`scripts/words.json`) in source, documents, the page and OpenAPI.
 * `npx node scripts/check-words.ts [path …]` checks only the given folders and files.
 */

interface Rule {
  /** A regular expression. It matches whole words only, unless `bare` is set. */
  readonly pattern: string;
  /** The words to use instead. */
  readonly use: string;
  /** A regular expression for lines where the word is right. */
  readonly except?: string;
  /** A regular expression for the paths that the rule applies to. */
  readonly only?: string;
  readonly bare?: boolean;
}

interface Finding {
  readonly path: string;
  readonly line: number;
  readonly word: string;
  readonly use: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHECKED = /\.(ts|tsx|js|mjs|sql|md|css|html|json|sh|yml|yaml)$/;
/** Data, generated files whose sources are checked, and the list itself. */
const IGNORED = /^(samples\/|scripts\/words\.json$|.*package-lock\.json$|schema\.sql$|client\/api\.ts$)/;

function compileRules(list: readonly Rule[]) {
  return list.map(({ pattern, bare = false, except, only, use }) => ({
    find: new RegExp(bare ? pattern : `(?<![\\w-])(?:${pattern})(?![\\w-])`, 'gi'),
    except: except === undefined ? undefined : new RegExp(except, 'i'),
    only: only === undefined ? undefined : new RegExp(only),
    use,
  }));
}

/** The findings in one file. */
export function findWords(path: string, text: string, list: readonly Rule[]): Finding[] {
  const applied = compileRules(list).filter(({ only }) => only?.test(path) ?? true);
  return text
    .split('\n')
    .flatMap((content, index) =>
      applied.flatMap(({ find, except, use }) =>
        [...content.matchAll(find)]
          .filter(() => !except?.test(content))
          .map(([word]) => ({ path, line: index + 1, word: word.trim(), use })),
      ),
    );
}

export async function readRules(): Promise<Rule[]> {
  return JSON.parse(await readFile(new URL('words.json', import.meta.url), 'utf8')) as Rule[];
}

if (import.meta.main) {
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...process.argv.slice(2)], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const paths = tracked.split('\n').filter((path) => CHECKED.test(path) && !IGNORED.test(path));
  const list = await readRules();
  const found = await Promise.all(
    paths.map(async (path) => findWords(path, await readFile(join(ROOT, path), 'utf8'), list)),
  );
  const findings = found.flat();
  for (const { path, line, word, use } of findings) process.stdout.write(`${path}:${line}  ${word}  →  ${use}\n`);
  process.stdout.write(`${paths.length} files, ${findings.length} words to replace\n`);
  if (findings.length > 0) process.exitCode = 1;
}
