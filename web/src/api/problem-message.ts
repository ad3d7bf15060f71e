import { HoldfastProblem } from '../../../client/index.ts';

/** Nothing came back: the network or the server is away. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause });
  }
}

/** A failure in words for a person. */
export function saidOf(error: unknown): string {
  const flaws = error instanceof HoldfastProblem ? (error.problem.errors ?? []) : [];
  if (flaws.length > 0)
    return flaws.map(({ path, message }) => `${path.split('/').at(-1)} ${message}`.trim()).join('; ');
  return error instanceof Error ? error.message : 'Something went wrong';
}
