import { expect, it } from 'vitest';
import { ProgressBar } from './progress-bar.ts';

function print(isTTY: boolean) {
  const written: string[] = [];
  return { written, bar: new ProgressBar({ isTTY, write: (text) => written.push(text) }) };
}

it('on a terminal the bar is redrawn on one line, which end() completes', () => {
  const { written, bar } = print(true);
  bar.show('orders', 0.5, '415 rows');
  bar.show('orders', 0.51, 'too soon to be redrawn');
  bar.show('orders', 1, '830 rows');
  bar.show('lines', 0, '0 rows');
  bar.end();
  bar.end();
  expect(written).toEqual([
    `\r\x1b[Korders     ${'█'.repeat(15)}${'░'.repeat(15)}  50 %  415 rows`,
    `\r\x1b[Korders     ${'█'.repeat(30)} 100 %  830 rows`,
    '\n',
    `\r\x1b[Klines      ${'░'.repeat(30)}   0 %  0 rows`,
    '\n',
  ]);
});

it('in a log the bar is a few plain lines', () => {
  const { written, bar } = print(false);
  for (let row = 0; row <= 1_000; row += 1) bar.show('orders', row / 1_000, `${row} rows`);
  bar.end();
  expect(written).toEqual(['orders: 0 %, 0 rows\n', 'orders: 100 %, 1000 rows\n']);
});
