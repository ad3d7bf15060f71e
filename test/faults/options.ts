export interface FaultOptions {
  readonly seed: number;
  /** How often a fault is injected. Each fault has its own default. */
  readonly rounds: number | undefined;
  /** How many races are run by faults that race. Each has its own default. */
  readonly races: number | undefined;
  /** URL of a PostgreSQL server, if there is one. */
  readonly postgresUrl: string | undefined;
  /** Runs only the faults whose name contains this. */
  readonly only: string | undefined;
}
