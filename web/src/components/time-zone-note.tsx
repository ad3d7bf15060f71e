import { VISITOR_ZONE, zoneName } from '../format.ts';

/** Names the zone of all times of a view, once. */
export function VisitorTimes() {
  return <p className="hint">Times are yours, {zoneName(VISITOR_ZONE)}</p>;
}
