import { Malformed } from '../../../platform/errors.ts';
import { isTimeZone } from '../../../platform/time/instant.ts';

/** Parses the `time_zone` of a request body. Defaults to UTC. */
export function parseTimeZone(name: string | undefined): string {
  if (name === undefined) return 'UTC';
  if (!isTimeZone(name)) throw new Malformed([{ path: '/time_zone', message: 'must be an IANA time zone' }]);
  return name;
}
