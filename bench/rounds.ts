/** One of the things measured side by side; gives its value for one round. */
export interface Side {
  readonly name: string;
  measure(): Promise<number>;
}

/**
 * Measures sides in turn, A B A B …: what else the machine does then meets all of them, and a ratio taken within
 * one round outlives a slow minute.
 *
 * @returns the values of each side, in the order of `sides`, one for each round
 */
export async function takeTurns(
  rounds: number,
  sides: readonly Side[],
  say: (text: string) => void,
): Promise<readonly (readonly number[])[]> {
  const values: number[][] = sides.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      const value = await side.measure();
      values[index]?.push(value);
      say(`round ${round} of ${rounds}, ${side.name}: ${value.toPrecision(4)}`);
    }
  }
  return values;
}

/** Divides round by round, never one side's median by the other's. */
export function ratios(above: readonly number[] = [], below: readonly number[] = []): number[] {
  return above.map((value, round) => value / (below[round] ?? Number.NaN));
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}
