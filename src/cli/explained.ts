import { Failure } from '../platform/errors.ts';
import { CommandError } from './parsing/exit-code.ts';

/** Turns a refusal into the error of a command. An unavailable database has an explanation of its own. */
export async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure && error.kind !== 'unavailable') throw new CommandError(`${error.message}.`);
    throw error;
  }
}
