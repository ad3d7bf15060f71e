/** The result of one check. */
export interface Finding {
  /** The thing that was checked, such as `database` or `supplier venue`. */
  readonly name: string;
  /** `warn`: it works, and something should be changed. `fail`: something does not work. */
  readonly status: 'ok' | 'warn' | 'fail';
  /** The state found, and for a warning or a failure the remedy. */
  readonly text: string;
}

export const ok = (name: string, text: string): Finding => ({ name, status: 'ok', text });
export const warn = (name: string, text: string): Finding => ({ name, status: 'warn', text });
export const fail = (name: string, text: string): Finding => ({ name, status: 'fail', text });

/** The message of an error in one line. Node leaves that of an error about several addresses empty. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}
