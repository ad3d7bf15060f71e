import { expect, it } from 'vitest';
import { editDistance, nearestWord } from './nearest-word.ts';

it.each([
  ['', '', 0],
  ['serve', 'serve', 0],
  ['serv', 'serve', 1],
  ['sevre', 'serve', 1],
  ['synk', 'sync', 1],
  ['', 'sync', 4],
  ['kitten', 'sitting', 3],
])('the edit distance from %j to %j is %i', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});

const COMMANDS = ['serve', 'migrate', 'import', 'sync'];

it.each([
  ['serv', 'serve'],
  ['s', 'serve'],
  ['migrations', 'migrate'],
  ['cync', 'sync'],
  ['imports', 'import'],
  ['', undefined],
  ['deploy', undefined],
])('the nearest command to %j is %s', (word, nearest) => {
  expect(nearestWord(word, COMMANDS)).toBe(nearest);
});
