import { DAY_MIN, type MinuteRange } from '../wall-time.ts';

const QUARTER_MIN = 15;
const TAPPED_MIN = 60;

/** The minutes that a column shows. */
export interface Column {
  readonly firstMin: number;
  readonly lengthMin: number;
}

/** A drag that has started, in minutes of the day. */
export interface Drag {
  /** The selected range while the pointer is at a minute. */
  readonly rangeAt: (minute: number) => MinuteRange;
  /** The range to select when the pointer goes up without having moved. */
  readonly tapped: MinuteRange;
}

/** Selects all quarter-hours from the first to the current. A tap selects an hour. */
export function dragQuarters(startMinute: number, { firstMin, lengthMin }: Column): Drag {
  const lastQuarter = firstMin + lengthMin - QUARTER_MIN;
  const quarterAt = (minute: number) => Math.min(Math.floor(minute / QUARTER_MIN) * QUARTER_MIN, lastQuarter);
  const anchor = quarterAt(startMinute);
  return {
    rangeAt: (minute) => {
      const quarter = quarterAt(minute);
      return { fromMin: Math.min(anchor, quarter), untilMin: Math.max(anchor, quarter) + QUARTER_MIN };
    },
    tapped: { fromMin: anchor, untilMin: Math.min(anchor + TAPPED_MIN, DAY_MIN) },
  };
}

/** Moves one end of a selected range to the nearest quarter-hour, also past the other end. A tap changes nothing. */
export function dragEnd(
  startMinute: number,
  end: 'from' | 'until',
  selected: MinuteRange,
  { firstMin, lengthMin }: Column,
): Drag {
  const { fromMin, untilMin } = selected;
  const [fixed, moved] = end === 'from' ? [untilMin, fromMin] : [fromMin, untilMin];
  // A finger rarely hits the handle in its middle.
  const offsetMin = startMinute - moved;
  return {
    rangeAt: (minute) => {
      const nearest = Math.round((minute - offsetMin) / QUARTER_MIN) * QUARTER_MIN;
      const target = Math.min(Math.max(nearest, firstMin), firstMin + lengthMin);
      // The range keeps at least a quarter-hour, on the side it had.
      const current = target === fixed ? fixed + Math.sign(moved - fixed) * QUARTER_MIN : target;
      return { fromMin: Math.min(fixed, current), untilMin: Math.max(fixed, current) };
    },
    tapped: selected,
  };
}
