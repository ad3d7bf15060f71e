import { execFileSync } from 'node:child_process';

/**
 * Whether a program is installed that tests need, and that CI installs. With REQUIRE_SERVICES=1 a missing one is an error.
 *
 * @param args arguments with which the program ends at once
 */
export function isInstalled(program: string, args: readonly string[] = ['--version']): boolean {
  try {
    execFileSync(program, args, { stdio: 'pipe' });
    return true;
  } catch {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(`${program} is missing, and REQUIRE_SERVICES=1`);
    return false;
  }
}
