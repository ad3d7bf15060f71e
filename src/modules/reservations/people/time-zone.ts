import { Malformed } from '../../../platform/errors.ts';
import { isTimeZone } from '../../../platform/time/instant.ts';

/** Reads a provider's time zone; UTC unless told. */
export function zoneOf(name: string | undefined): string {
  if (name === undefined) return 'UTC';
  if (!isTimeZone(name)) throw new Malformed([{ path: '/time_zone', message: 'is not an IANA time zone' }]);
  return name;
}
