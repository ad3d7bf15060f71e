import type { Id } from '../../../../src/platform/ids.ts';
import { type Command, UNKNOWN_EVERY } from './booking-commands.ts';
import type { IdAt } from './booking-model.ts';

/** The request of a command, and the answer that the model expects. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: object;
  /** The request is for a list of this name. All its pages are read and joined. */
  readonly pagesOf?: 'slots' | 'reservations';
  readonly status: number;
  /** The ids of new things in an answer, in its order. */
  idsIn(body: unknown): Id[];
  /** Changes the model as the request should change the program. Returns the expected body; throws `Refused`. */
  expect(idAt: IdAt): unknown;
}

/** A command of one kind. */
export type Only<D extends Command['do']> = Extract<Command, { do: D }>;

/** The moment at which every run begins, in microseconds since 1970. */
export const BASE = Date.UTC(2026, 10, 2, 8) * 1_000;
export const MINUTE = 60_000_000;
export const QUARTER = 15 * MINUTE;
/** The first quarter-hour that is ever offered: early enough for some of it to be in the past later on. */
export const FIRST = BASE + 6 * QUARTER;

export const UNKNOWN_ID = 999_999_999;

export const noIds = (): Id[] => [];

/** Chooses from a list by a number; `undefined` stands for something unknown. */
export function choose<T>(list: readonly T[], number: number): T | undefined {
  return number % UNKNOWN_EVERY === 0 ? undefined : list[number % list.length];
}
