import { AsyncDisposalStack, DisposalStack } from './disposal-stacks.ts';

/**
 * Adds the globals that older versions of Node lack: `Temporal` before Node 26, the disposal stacks before Node 24. Call
 * it before anything else is imported. It leaves a global that exists as it is.
 */
export async function installPolyfills(): Promise<void> {
  if (!('Temporal' in globalThis)) await import('temporal-polyfill/global');
  const stacks = { DisposableStack: DisposalStack, AsyncDisposableStack: AsyncDisposalStack };
  for (const [name, value] of Object.entries(stacks)) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  if (process.versions.node.startsWith('22.')) silenceSqliteWarning();
}

/** Node 22 warns at each start that `node:sqlite` is experimental. The part that this program uses has not changed. */
function silenceSqliteWarning(): void {
  const emitWarning = process.emitWarning as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    const isSqlite = args[1] === 'ExperimentalWarning' && String(args[0]).startsWith('SQLite ');
    if (!isSqlite) emitWarning.apply(process, args);
  };
}
