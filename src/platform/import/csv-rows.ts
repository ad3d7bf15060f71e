import { pipeline, type Readable } from 'node:stream';
import { CsvError, type Parser, parse } from 'csv-parse';

/** The fields of a record, by the column names of the header. */
export type Fields = Readonly<Record<string, string>>;

/** Why a row cannot be imported. */
export class RowRefused extends Error {}

/** A file cannot be opened, or cannot be read to its end. */
export class FileUnreadable extends Error {}

export interface CsvRow {
  /** The line on which the record ends. The header is line 1. */
  readonly line: number;
  /** The record, or why it is not valid. */
  readonly fields: Fields | RowRefused;
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

/**
 * Reads a CSV file as a stream. Its first line names the columns, in any order, and must contain all of `columns`. If
 * the file itself is broken, as by a quote that is never closed, the last row reports that.
 *
 * @throws FileUnreadable
 */
export function readCsv(source: Readable, columns: readonly string[]): AsyncGenerator<CsvRow> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  // The pipeline must begin now and not with the first row: a file that cannot be opened emits its error at once, and
  // an error without a listener ends the process.
  pipeline(source, parser, () => {});
  return readRows(parser, columns);
}

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number; readonly bytes: number };
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
      yield { line, bytes, fields: toFields(header, record) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw new FileUnreadable(String(error), { cause: error });
    yield { line: parser.info.lines, bytes: parser.info.bytes, fields: new RowRefused(error.message) };
    return;
  }
  if (header === undefined) yield { line: 1, bytes: 0, fields: new RowRefused('the file is empty') };
}

function toFields(header: readonly string[], record: readonly string[]): Fields | RowRefused {
  if (record.length !== header.length) {
    return new RowRefused(`there are ${record.length} columns where the header has ${header.length}`);
  }
  return Object.fromEntries(header.map((name, index) => [name, record[index] ?? '']));
}
