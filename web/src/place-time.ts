import { dateIn, formatLongDay, formatTime, formatTimeRange, VISITOR_ZONE, zoneName } from './format.ts';

/** A time at a place: first by the place's clock, then by the visitor's. */
export interface PlaceTime {
  /** `Wednesday 2 December`, by the place's calendar. */
  readonly day: string;
  /** `13:45 – 14:00`, or `All day`. */
  readonly time: string;
  /** `Singapore time`; `undefined` when the visitor's clock shows the same. */
  readonly clock: string | undefined;
  /** `06:45, Wednesday 2 December, your time (Berlin)`; `undefined` when it is the same, and for a whole day. */
  readonly visitorStart: string | undefined;
}

/** @param zone the place's, or `undefined` when it is not known: the visitor's is then used, and named */
export function placeTime(start: string, end: string, zone: string | undefined): PlaceTime {
  const timeZone = zone ?? VISITOR_ZONE;
  const day = formatLongDay(start, timeZone);
  // A whole day belongs to the place's calendar. On the visitor's clock it would begin on another day.
  if (isWholeDay(start, end, timeZone)) return { day, time: 'All day', clock: undefined, visitorStart: undefined };
  const startIn = (each: string) => `${formatTime(start, each)}, ${formatLongDay(start, each)}`;
  const isSame = startIn(timeZone) === startIn(VISITOR_ZONE);
  const visitorZone = `your time (${zoneName(VISITOR_ZONE)})`;
  return {
    day,
    time: formatTimeRange(start, end, timeZone),
    clock: zone === undefined ? visitorZone : isSame ? undefined : `${zoneName(zone)} time`,
    visitorStart: isSame ? undefined : `${startIn(VISITOR_ZONE)}, ${visitorZone}`,
  };
}

/** Whether a time covers a day of a zone's calendar, from its first instant to the first of the next. */
function isWholeDay(start: string, end: string, timeZone: string): boolean {
  const date = dateIn(start, timeZone);
  return (
    dateIn(Date.parse(start) - 1, timeZone) !== date &&
    dateIn(Date.parse(end) - 1, timeZone) === date &&
    dateIn(end, timeZone) !== date
  );
}
