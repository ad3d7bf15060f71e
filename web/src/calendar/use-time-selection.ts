import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { DAY_MIN, type MinuteRange } from './wall-time.ts';

interface Options {
  /** The column's first minute, and how many it shows. */
  readonly firstMin: number;
  readonly lengthMin: number;
  /** What is marked of this day already; its ends can be pulled. */
  readonly marked: MinuteRange | undefined;
  readonly onMark: (range: MinuteRange) => void;
}

/** A pointer that is down. */
interface Gesture {
  readonly pointerId: number;
  readonly x: number;
  readonly y: number;
  readonly rangeAt: (clientY: number) => MinuteRange;
  /** What is marked if it goes up where it came down. */
  readonly tapped: MinuteRange;
  isMarking: boolean;
  hasMoved: boolean;
}

const SNAP_MIN = 15;
const TAPPED_MIN = 60;
const LONG_PRESS_MS = 350;
const SLOP_PX = 8;

/**
 * Marks a part of a day by mouse, pen or finger. A mouse marks as it drags. A finger that moves scrolls, so it marks
 * with a tap, with a long press before it moves, or by the ends of what is marked.
 */
export function useMarking({ firstMin, lengthMin, marked, onMark }: Options) {
  const column = useRef<HTMLDivElement>(null);
  const gesture = useRef<Gesture>(undefined);
  const pressing = useRef<number>(undefined);
  const [range, setRange] = useState<MinuteRange>();

  useEffect(() => {
    const element = column.current;
    // A browser asks only such a listener whether a finger scrolls, and React's are not.
    const keepStill = (event: TouchEvent) => {
      if (gesture.current?.isMarking) event.preventDefault();
    };
    element?.addEventListener('touchmove', keepStill, { passive: false });
    return () => {
      element?.removeEventListener('touchmove', keepStill);
      window.clearTimeout(pressing.current);
    };
  }, []);

  const minuteAt = (clientY: number) => {
    const box = column.current?.getBoundingClientRect();
    if (box === undefined) return firstMin;
    const part = Math.min(Math.max((clientY - box.top) / box.height, 0), 1);
    return firstMin + part * lengthMin;
  };
  const lastQuarter = firstMin + lengthMin - SNAP_MIN;
  const quarterAt = (clientY: number) => Math.min(Math.floor(minuteAt(clientY) / SNAP_MIN) * SNAP_MIN, lastQuarter);

  /** All quarters from the first to the one the pointer is in. */
  const byQuarters = (y: number) => {
    const anchor = quarterAt(y);
    return {
      rangeAt: (clientY: number) => {
        const quarter = quarterAt(clientY);
        return { fromMin: Math.min(anchor, quarter), untilMin: Math.max(anchor, quarter) + SNAP_MIN };
      },
      tapped: { fromMin: anchor, untilMin: Math.min(anchor + TAPPED_MIN, DAY_MIN) },
    };
  };

  /** One end goes where it is pulled to, and past the other one, too. */
  const byEnd = (y: number, end: string, { fromMin, untilMin }: MinuteRange) => {
    const [fixed, pulled] = end === 'from' ? [untilMin, fromMin] : [fromMin, untilMin];
    // A finger takes the handle beside its middle.
    const besideMin = minuteAt(y) - pulled;
    return {
      rangeAt: (clientY: number) => {
        const nearest = Math.round((minuteAt(clientY) - besideMin) / SNAP_MIN) * SNAP_MIN;
        const wished = Math.min(Math.max(nearest, firstMin), firstMin + lengthMin);
        const at = wished === fixed ? fixed + Math.sign(pulled - fixed) * SNAP_MIN : wished;
        return { fromMin: Math.min(fixed, at), untilMin: Math.max(fixed, at) };
      },
      tapped: { fromMin, untilMin },
    };
  };

  const begin = (next: Gesture) => {
    next.isMarking = true;
    // What is under the finger may be drawn anew meanwhile; the column stays.
    column.current?.setPointerCapture(next.pointerId);
    setRange(next.rangeAt(next.y));
  };
  const end = () => {
    window.clearTimeout(pressing.current);
    gesture.current = undefined;
    setRange(undefined);
  };

  const handlers = {
    onPointerDown: ({ button, pointerId, pointerType, clientX: x, clientY: y, target }: PointerEvent) => {
      if (button !== 0 || gesture.current !== undefined) return;
      const grip = target instanceof HTMLElement ? target.dataset.grip : undefined;
      const shape = grip !== undefined && marked !== undefined ? byEnd(y, grip, marked) : byQuarters(y);
      const next: Gesture = { pointerId, x, y, ...shape, isMarking: false, hasMoved: false };
      gesture.current = next;
      if (grip !== undefined || pointerType !== 'touch') begin(next);
      else pressing.current = window.setTimeout(() => begin(next), LONG_PRESS_MS);
    },
    onPointerMove: ({ pointerId, clientX, clientY }: PointerEvent) => {
      const at = gesture.current;
      if (at?.pointerId !== pointerId) return;
      at.hasMoved ||= Math.hypot(clientX - at.x, clientY - at.y) > SLOP_PX;
      if (!at.hasMoved) return;
      if (at.isMarking) setRange(at.rangeAt(clientY));
      else end();
    },
    onPointerUp: ({ pointerId, clientY }: PointerEvent) => {
      const at = gesture.current;
      if (at?.pointerId !== pointerId) return;
      onMark(at.hasMoved ? at.rangeAt(clientY) : at.tapped);
      end();
    },
    onPointerCancel: end,
    onContextMenu: (event: { preventDefault(): void }) => {
      // A long press asks for a menu on some phones.
      if (gesture.current !== undefined) event.preventDefault();
    },
  };
  return { column, range, handlers };
}
