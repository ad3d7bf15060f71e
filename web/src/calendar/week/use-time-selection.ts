import { type PointerEvent, useEffect, useRef, useState } from 'react';
import type { MinuteRange } from '../wall-time.ts';
import { type Column, type Drag, dragEnd, dragQuarters } from './drag-range.ts';

interface Options extends Column {
  /** The selected range of this day. Its ends can be dragged. */
  readonly selected: MinuteRange | undefined;
  readonly onSelect: (range: MinuteRange) => void;
}

/** A pointer that is down. */
interface Gesture extends Drag {
  readonly pointerId: number;
  readonly x: number;
  readonly y: number;
  isSelecting: boolean;
  hasMoved: boolean;
}

const LONG_PRESS_MS = 350;
/** Distance below which a pointer counts as not moved. */
const SLOP_PX = 8;

/**
 * Selects a part of a day by mouse, pen or finger. A mouse selects by dragging. A moving finger scrolls, so a finger
 * selects by a tap, by a long press before it moves, or by dragging the handles of a selection.
 *
 * @returns the column's ref and event handlers, and the range while the pointer is down
 */
export function useTimeSelection({ firstMin, lengthMin, selected, onSelect }: Options) {
  const column = useRef<HTMLDivElement>(null);
  const gesture = useRef<Gesture>(undefined);
  const longPress = useRef<number>(undefined);
  const [range, setRange] = useState<MinuteRange>();

  useEffect(() => {
    const element = column.current;
    // Only a listener that is not passive can stop a finger from scrolling, and React's listeners are passive.
    const preventScroll = (event: TouchEvent) => {
      if (gesture.current?.isSelecting) event.preventDefault();
    };
    element?.addEventListener('touchmove', preventScroll, { passive: false });
    return () => {
      element?.removeEventListener('touchmove', preventScroll);
      window.clearTimeout(longPress.current);
    };
  }, []);

  const minuteAt = (clientY: number) => {
    const box = column.current?.getBoundingClientRect();
    if (box === undefined) return firstMin;
    const fraction = Math.min(Math.max((clientY - box.top) / box.height, 0), 1);
    return firstMin + fraction * lengthMin;
  };
  const startDrag = (clientY: number, target: EventTarget): Drag => {
    const grip = gripOf(target);
    const minute = minuteAt(clientY);
    return grip === undefined || selected === undefined
      ? dragQuarters(minute, { firstMin, lengthMin })
      : dragEnd(minute, grip, selected, { firstMin, lengthMin });
  };
  const beginSelecting = (started: Gesture) => {
    started.isSelecting = true;
    // React may replace the element under the finger; the column stays.
    column.current?.setPointerCapture(started.pointerId);
    setRange(started.rangeAt(minuteAt(started.y)));
  };
  const end = () => {
    window.clearTimeout(longPress.current);
    gesture.current = undefined;
    setRange(undefined);
  };

  const handlers = {
    onPointerDown: ({ button, pointerId, pointerType, clientX: x, clientY: y, target }: PointerEvent) => {
      if (button !== 0 || gesture.current !== undefined) return;
      const started: Gesture = { pointerId, x, y, ...startDrag(y, target), isSelecting: false, hasMoved: false };
      gesture.current = started;
      if (pointerType !== 'touch' || gripOf(target) !== undefined) beginSelecting(started);
      else longPress.current = window.setTimeout(() => beginSelecting(started), LONG_PRESS_MS);
    },
    onPointerMove: ({ pointerId, clientX, clientY }: PointerEvent) => {
      const current = gesture.current;
      if (current?.pointerId !== pointerId) return;
      current.hasMoved ||= Math.hypot(clientX - current.x, clientY - current.y) > SLOP_PX;
      if (!current.hasMoved) return;
      if (current.isSelecting) setRange(current.rangeAt(minuteAt(clientY)));
      else end();
    },
    onPointerUp: ({ pointerId, clientY }: PointerEvent) => {
      const current = gesture.current;
      if (current?.pointerId !== pointerId) return;
      onSelect(current.hasMoved ? current.rangeAt(minuteAt(clientY)) : current.tapped);
      end();
    },
    onPointerCancel: end,
    onContextMenu: (event: { preventDefault(): void }) => {
      // On some phones a long press opens a menu.
      if (gesture.current !== undefined) event.preventDefault();
    },
  };
  return { column, range, handlers };
}

/** The end of the selection whose handle the pointer is on. */
function gripOf(target: EventTarget): 'from' | 'until' | undefined {
  const grip = target instanceof HTMLElement ? target.dataset.grip : undefined;
  return grip === 'from' || grip === 'until' ? grip : undefined;
}
