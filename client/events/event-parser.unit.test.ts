import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventParser, type ServerSentEvent } from './event-parser.ts';

interface Parsed {
  readonly events: ServerSentEvent[];
  readonly lastEventId: string;
  readonly retryMs: number | undefined;
}

/** Parses a stream that arrives in the given chunks. */
function parse(chunks: readonly Uint8Array[], lastEventId?: string): Parsed {
  const parser = new EventParser(lastEventId);
  const events = chunks.flatMap((chunk) => parser.push(chunk));
  return { events, lastEventId: parser.lastEventId, retryMs: parser.retryMs };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const parseText = (text: string, lastEventId?: string) => parse([bytes(text)], lastEventId);
const message = (data: string, type = 'message') => ({ type, data });

it.each<[string, string, ServerSentEvent[]]>([
  ['one line of data', 'data: a\n\n', [message('a')]],
  ['several lines of data joined by LF', 'data: a\ndata:\ndata: b\n\n', [message('a\n\nb')]],
  ['an event with a name', 'event: slot\ndata: {}\n\n', [message('{}', 'slot')]],
  ['a name that holds for one event only', 'event: slot\ndata: 1\n\ndata: 2\n\n', [message('1', 'slot'), message('2')]],
  ['only one space after the colon', 'data:  a \ndata:b\n\n', [message(' a \nb')]],
  ['a colon in the value', 'data: a: b\n\n', [message('a: b')]],
  ['lines that end in CR', 'data: a\rdata: b\r\r', [message('a\nb')]],
  ['lines that end in CRLF', 'data: a\r\ndata: b\r\n\r\n', [message('a\nb')]],
  ['line ends of every kind', 'data: a\rdata: b\ndata: c\r\n\n', [message('a\nb\nc')]],
  ['an empty data field', 'data\n\n', [message('')]],
  ['comments and unknown fields', ': comment\nother: 1\nDATA: 2\ndata: a\n\n', [message('a')]],
  ['a byte order mark', '\uFEFFdata: a\n\n', [message('a')]],
  ['a second byte order mark, which is part of a field name', '\uFEFF\uFEFFdata: a\n\n', []],
  ['no event without data', 'event: slot\nid: 1\n\n', []],
  ['no event before its empty line', 'data: a\n\ndata: b\n', [message('a')]],
])('the parser reads %s', (_what, text, events) => {
  expect(parseText(text).events).toEqual(events);
});

it('the last id is that of the last complete event, and stays in force', () => {
  expect(parseText('id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n').lastEventId).toBe('1');
  expect(parseText('id: 1\n\n').lastEventId).toBe('1');
  expect(parseText('data: a\n\n', '7').lastEventId).toBe('7');
  expect(parseText('id\ndata: a\n\n', '7').lastEventId).toBe('');
});

it('an id with NUL is ignored', () => {
  expect(parseText('id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n')).toMatchObject({ lastEventId: '1' });
});

it('retry takes effect only if it consists of digits', () => {
  expect(parseText('retry: 250\n').retryMs).toBe(250);
  for (const value of ['', '1s', '-1', '1.5', '1e3', '٣'])
    expect(parseText(`retry: ${value}\n`).retryMs).toBeUndefined();
});

it('a line that ends in CR is read before the next chunk arrives', () => {
  const parser = new EventParser();
  expect(parser.push(bytes('data: a\r\r'))).toEqual([message('a')]);
  expect(parser.push(bytes('\ndata: b\n\n'))).toEqual([message('b')]);
});

const value = fc.string({ unit: fc.constantFrom('a', ' ', ':', '\0', '€', '😀', '0', '\uFEFF') });
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom('data', 'event', 'id', 'retry', '', 'x'), fc.constantFrom(':', ': ', ''), value)
    .map((parts) => parts.join('')),
  fc.constant(''),
);
const stream = fc.array(
  fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')).map(([text, end]) => text + end),
  {
    maxLength: 30,
  },
);

/** Cuts bytes at the given places. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => whole.subarray(start, ends[index] ?? whole.length));
}

it('the events do not depend on where the stream is cut into chunks', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(500)), fc.boolean(), (lines, places, marked) => {
      const whole = bytes((marked ? '\uFEFF' : '') + lines.join(''));
      const expected = parse([whole]);
      expect(parse(cut(whole, places))).toEqual(expected);
      expect(parse([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

it('the events do not depend on the kind of line ends', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\r', '\r\n'), (lines, end) => {
      const joined = (by: string) => parseText(lines.map((text) => text + by).join(''));
      expect(joined(end)).toEqual(joined('\n'));
    }),
  );
});
