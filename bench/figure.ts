/** What a median is held against; `exactly` holds for every round, not for their median only. */
export interface Goal {
  readonly kind: 'at least' | 'at most' | 'exactly';
  readonly value: number;
}

/** One line of the table: a value from each round. */
export interface Measure {
  readonly what: string;
  readonly unit: string;
  /** None for what only explains another measure. */
  readonly goal?: Goal;
  readonly values: readonly number[];
}

export interface Findings {
  readonly measures: readonly Measure[];
  /** How the load was made, what was verified: what a reader needs to judge the numbers. */
  readonly notes: readonly string[];
}

/** What one call of the bench gives each of its figures. */
export interface BenchRun {
  readonly rounds: number;
  /** A PostgreSQL whose role may create databases. */
  readonly postgresUrl: string;
  /** A Redis in which a figure leaves nothing behind. */
  readonly redisUrl: string;
  /** How many products B9 syncs. */
  readonly syncProducts: number;
  /** Where servers under test leave CPU profiles, if anywhere. */
  readonly profileDir: string | undefined;
  /** Tells how far it is; never part of the result. */
  say(text: string): void;
}

/** A figure of the performance goals. It cleans up after itself, also when it fails. */
export interface Figure {
  /** As it is asked for: `b3`. */
  readonly name: string;
  readonly title: string;
  measure(run: BenchRun): Promise<Findings>;
}
