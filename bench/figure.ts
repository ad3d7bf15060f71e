/** The goal for a median. `exactly` is required of every round, not only of the median. */
export interface Goal {
  readonly kind: 'at least' | 'at most' | 'exactly';
  readonly value: number;
}

/** One line of the table, with a value from each round. */
export interface Measure {
  readonly what: string;
  readonly unit: string;
  /** Absent for a measure that only explains another one. */
  readonly goal?: Goal;
  readonly values: readonly number[];
}

export interface Findings {
  readonly measures: readonly Measure[];
  /** Information that a reader needs to judge the numbers, such as how the load was made. */
  readonly notes: readonly string[];
}

/** The settings of one call of the bench, for each of its figures. */
export interface BenchRun {
  readonly rounds: number;
  /** A PostgreSQL whose role may create databases. */
  readonly postgresUrl: string;
  /** A Redis in which figures leave nothing behind. */
  readonly redisUrl: string;
  /** Number of products that B9 syncs. */
  readonly syncProducts: number;
  /** Directory for CPU profiles of the servers under test, if they are wanted. */
  readonly profileDir: string | undefined;
  /** Prints a line of progress, which is not part of the result. */
  say(text: string): void;
}

/** A figure with its goals. It cleans up after itself, also when it fails. */
export interface Figure {
  /** The name on the command line: `b3`. */
  readonly name: string;
  readonly title: string;
  measure(run: BenchRun): Promise<Findings>;
}
