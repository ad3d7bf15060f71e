import { Transform } from 'node:stream';
import { decodeUtf8 } from '../utf8.ts';

/** A file contains bytes that are not UTF-8. */
export class NotUtf8 extends Error {
  /** The first line with such bytes, from 1. */
  readonly line: number;
  constructor(line: number) {
    super('the line is not UTF-8');
    this.line = line;
  }
}

const LINE_FEED = 0x0a;

/** Passes the bytes of a file through while they are UTF-8, and fails with `NotUtf8` at the first that are not. */
export function requireUtf8(): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let linesBefore = 0;
  /** The line that the last chunk has begun and not ended. */
  let unended: Buffer[] = [];
  const isText = (decode: () => string) => {
    try {
      decode();
      return true;
    } catch {
      return false;
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!isText(() => decoder.decode(chunk, { stream: true }))) {
        return done(new NotUtf8(linesBefore + brokenLine(Buffer.concat([...unended, chunk]))));
      }
      const end = chunk.lastIndexOf(LINE_FEED);
      if (end >= 0) unended = [];
      linesBefore += countLines(chunk);
      unended.push(chunk.subarray(end + 1));
      done(null, chunk);
    },
    flush(done) {
      done(isText(() => decoder.decode()) ? null : new NotUtf8(linesBefore + 1));
    },
  });
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

/** The number of the first line that is not UTF-8, from 1. The last line may be cut within a character. */
function brokenLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0, end = 0; end >= 0; start = end + 1, line += 1) {
    end = bytes.indexOf(LINE_FEED, start);
    if (end < 0 || decodeUtf8(bytes.subarray(start, end)) === undefined) return line;
  }
  return line;
}
