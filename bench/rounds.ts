/** One side of a comparison. `measure` returns its value for one round. */
export interface Side {
  readonly name: string;
  measure(): Promise<number>;
}

/**
 * Measures sides in turn, A B A B …, so that other load on the machine affects all of them, and a ratio within one round
 * survives a slow minute.
 *
 * @returns for each side, in their order, one value per round
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

/** The ratio of two sides in each round, in place of a ratio of their medians. */
export function ratios(numerators: readonly number[] = [], denominators: readonly number[] = []): number[] {
  return numerators.map((value, round) => value / (denominators[round] ?? Number.NaN));
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
