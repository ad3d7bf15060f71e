export interface ClusterFaultOptions {
  readonly seed: number;
  /** How often a fault is injected. Each has its own default. */
  readonly rounds?: number;
  /** Time after which a lost primary is replaced, in seconds. Defaults to that of `deploy/patroni`. */
  readonly ttlS?: number;
  /** The first of the cluster's ports. */
  readonly basePort?: number;
  /** Runs only the outages whose name contains this. */
  readonly only?: string;
  readonly say: (line: string) => void;
}
