/** The supplier's clock. Tests pass one that they move. */
export interface SimulatorClock {
  /** Milliseconds since 1970 UTC. Decides what today is, and when a limit is reset. */
  wallMs(): number;
  /** Never goes back, even if the machine's clock is set. Limits and the log depend on it. */
  monotonicMs(): number;
}

/** Nearly the same monotonic time in all processes of a machine, so that their logs can be merged. */
export const machineClock: SimulatorClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.timeOrigin + performance.now(),
};
