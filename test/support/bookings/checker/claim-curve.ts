/** Units claimed from one moment to another, both included; `to` may be Infinity. */
export interface ClaimSpan {
  readonly from: number;
  readonly to: number;
  readonly units: number;
}

/** The order of claims that begin and end at the same moment. */
export type Ties = 'starts-first' | 'ends-first';

/** The sum of claimed units at each moment, for a set of claims. */
export class ClaimCurve {
  /** The moments at which the sum changes, ascending, and the sum from then on. */
  readonly #steps: readonly { readonly at: number; readonly sum: number }[];

  constructor(claims: readonly ClaimSpan[], ties: Ties) {
    const changes = claims
      .filter(({ from, to }) => from <= to)
      .flatMap(({ from, to, units }) => [
        { at: from, by: units },
        { at: to, by: -units },
      ])
      .toSorted((a, b) => a.at - b.at || (ties === 'starts-first' ? b.by - a.by : a.by - b.by));
    let sum = 0;
    this.#steps = changes.map(({ at, by }) => {
      sum += by;
      return { at, sum };
    });
  }

  /** The greatest sum at any moment from `from` to `to`, both included, and the moment it is first reached. */
  peak(from = -Infinity, to = Infinity): { units: number; at: number } {
    const first = this.#firstAtOrAfter(from);
    let peak = { units: this.#steps[first - 1]?.sum ?? 0, at: from };
    for (let index = first; index < this.#steps.length; index += 1) {
      const step = this.#steps[index];
      if (step === undefined || step.at > to) break;
      if (step.sum > peak.units) peak = { units: step.sum, at: step.at };
    }
    return peak;
  }

  /** Index of the first step at or after a moment, by binary search. */
  #firstAtOrAfter(moment: number): number {
    let low = 0;
    let high = this.#steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#steps[middle]?.at ?? Infinity) < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
