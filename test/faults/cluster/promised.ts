import type { Finding } from '../../support/bookings/booking-history.ts';

/** Promises about answers of an instance. A balancer that loses its instance answers 502 or 504. */
const OF_INSTANCES = 'the only server error is 503';

/** The promises of a history that hold for clients of the balancer too. */
export function promised(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ check }) => check !== OF_INSTANCES);
}
