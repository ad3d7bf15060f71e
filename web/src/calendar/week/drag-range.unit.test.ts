import { expect, it } from 'vitest';
import { dragEnd, dragQuarters } from './drag-range.ts';

const COLUMN = { firstMin: 480, lengthMin: 600 };

it('dragging up or down selects all quarter-hours from the first to the current', () => {
  const drag = dragQuarters(545, COLUMN);
  expect(drag.rangeAt(605)).toEqual({ fromMin: 540, untilMin: 615 });
  expect(drag.rangeAt(500)).toEqual({ fromMin: 495, untilMin: 555 });
});

it('a tap selects an hour, also past the end of the column but not past midnight', () => {
  expect(dragQuarters(545, COLUMN).tapped).toEqual({ fromMin: 540, untilMin: 600 });
  expect(dragQuarters(1_080, COLUMN).tapped).toEqual({ fromMin: 1_065, untilMin: 1_125 });
  expect(dragQuarters(1_439, { firstMin: 0, lengthMin: 1_440 }).tapped).toEqual({ fromMin: 1_425, untilMin: 1_440 });
});

it('dragging a handle moves that end to the nearest quarter-hour, within the column', () => {
  const selected = { fromMin: 540, untilMin: 600 };
  const drag = dragEnd(603, 'until', selected, COLUMN);
  expect(drag.rangeAt(666)).toEqual({ fromMin: 540, untilMin: 660 });
  expect(drag.rangeAt(5_000)).toEqual({ fromMin: 540, untilMin: 1_080 });
  expect(drag.tapped).toBe(selected);
});

it('a handle that is dragged past the other end swaps with it, and the range never becomes empty', () => {
  const selected = { fromMin: 540, untilMin: 600 };
  expect(dragEnd(600, 'until', selected, COLUMN).rangeAt(510)).toEqual({ fromMin: 510, untilMin: 540 });
  expect(dragEnd(600, 'until', selected, COLUMN).rangeAt(540)).toEqual({ fromMin: 540, untilMin: 555 });
  expect(dragEnd(540, 'from', selected, COLUMN).rangeAt(600)).toEqual({ fromMin: 585, untilMin: 600 });
});
