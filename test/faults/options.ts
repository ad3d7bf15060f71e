export interface FaultOptions {
  readonly seed: number;
  /** How often a fault strikes; each has its own number unless told. */
  readonly rounds: number | undefined;
  /** How many races are run of what is proved by racing. */
  readonly races: number | undefined;
  /** Where there is a PostgreSQL. */
  readonly postgresUrl: string | undefined;
  /** Only the faults whose name holds this. */
  readonly only: string | undefined;
}
