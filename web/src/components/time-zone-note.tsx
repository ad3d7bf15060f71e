import { VISITOR_ZONE, zoneName } from '../format.ts';

/** The zone of all times in a view. */
export function TimeZoneNote() {
  return <p className="hint">Times are in your time zone ({zoneName(VISITOR_ZONE)})</p>;
}
