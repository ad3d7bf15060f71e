import { pipeline, type Readable } from 'node:stream';
import { CsvError, type Parser, parse } from 'csv-parse';

/** One record of a CSV file, by the names of its header. */
export type Fields = Readonly<Record<string, string>>;

/** Why a row cannot be taken. */
export class RowRefused extends Error {}

/** A file that cannot be opened, or read to its end. */
export class FileUnreadable extends Error {}

export interface CsvRow {
  /** Where the record ends, the header being line 1. */
  readonly line: number;
  /** The record, or why it is none. */
  readonly fields: Fields | RowRefused;
  /** Bytes of the file read up to here. */
  readonly bytes: number;
}

/**
 * Reads a CSV file as a stream. Its first line names the columns, in any order, and has at least those in `columns`.
 * A file that is broken in itself, as by a quote that is never closed, ends with a row that says so.
 *
 * @throws FileUnreadable
 */
export function readCsv(source: Readable, columns: readonly string[]): AsyncGenerator<CsvRow> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  // From now on, not from the first row asked for: a file that cannot be opened says so at once, to nobody yet.
  pipeline(source, parser, () => {});
  return readRows(parser, columns);
}

async function* readRows(parser: Parser, columns: readonly string[]): AsyncGenerator<CsvRow> {
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const { lines: line, bytes } = info;
      if (header === undefined) {
        header = record;
        const missing = columns.filter((name) => !record.includes(name));
        if (missing.length === 0) continue;
        return yield { line, bytes, fields: new RowRefused(`there is no column ${missing.join(', ')}`) };
      }
      yield { line, bytes, fields: named(header, record) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw new FileUnreadable(String(error), { cause: error });
    yield { line: parser.info.lines, bytes: parser.info.bytes, fields: new RowRefused(error.message) };
    return;
  }
  if (header === undefined) yield { line: 1, bytes: 0, fields: new RowRefused('the file is empty') };
}

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number; readonly bytes: number };
}

function named(header: readonly string[], record: readonly string[]): Fields | RowRefused {
  if (record.length !== header.length) {
    return new RowRefused(`there are ${record.length} columns where the header has ${header.length}`);
  }
  return Object.fromEntries(header.map((name, index) => [name, record[index] ?? '']));
}
