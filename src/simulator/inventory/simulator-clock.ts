/** The supplier's own time. A test passes another, and moves it. */
export interface SimulatorClock {
  /** Milliseconds since 1970 UTC: says what today is, and when a limit is lifted. */
  wallMs(): number;
  /** Never goes back, whatever is done to the machine's clock: the limits and the log count on it. */
  monotonicMs(): number;
}

/** One count for all processes of a machine, as near as their starts were timed: their logs can be laid together. */
export const machineClock: SimulatorClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.timeOrigin + performance.now(),
};
