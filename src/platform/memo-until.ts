/** A computed value with the instant until which it holds. */
export interface ValidUntil<Value> {
  readonly value: Value;
  /** From this instant on the value may be another; milliseconds since 1970. */
  readonly untilMs: number;
}

/** Keeps the last computed value for as long as it holds. */
export class MemoUntil<Value> {
  #kept: ValidUntil<Value> | undefined;

  /** The value at `nowMs`, computed again if the kept one no longer holds. */
  get(nowMs: number, compute: (nowMs: number) => ValidUntil<Value>): Value {
    if (!this.#kept || nowMs >= this.#kept.untilMs) this.#kept = compute(nowMs);
    return this.#kept.value;
  }

  clear(): void {
    this.#kept = undefined;
  }
}
