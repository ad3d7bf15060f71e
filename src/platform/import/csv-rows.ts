import { pipeline, type Readable } from 'node:stream';
import { CsvError, type Parser, parse } from 'csv-parse';
import { NotUtf8, requireUtf8 } from './require-utf8.ts';

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
 * Reads a CSV file in UTF-8 as a stream. Its first line names the columns, each once and in any order, and must contain
 * all of `columns`. If the file itself is broken, as by a quote that is never closed, the last row reports that.
 *
 * @throws FileUnreadable
 */
export function readCsv(source: Readable, columns: readonly string[]): AsyncGenerator<CsvRow> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  // The pipeline must begin now and not with the first row: a file that cannot be opened emits its error at once, and
  // an error without a listener ends the process.
  pipeline(source, requireUtf8(), parser, () => {});
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
        const fault = headerFault(record, columns);
        if (fault === undefined) continue;
        return yield { line, bytes, fields: new RowRefused(fault) };
      }
      yield { line, bytes, fields: toFields(header, record) };
    }
  } catch (error) {
    if (error instanceof NotUtf8) {
      return yield { line: error.line, bytes: parser.info.bytes, fields: new RowRefused(error.message) };
    }
    if (!(error instanceof CsvError)) throw new FileUnreadable(String(error), { cause: error });
    yield { line: parser.info.lines, bytes: parser.info.bytes, fields: new RowRefused(error.message) };
    return;
  }
  if (header === undefined) yield { line: 1, bytes: 0, fields: new RowRefused('the file is empty') };
}

/** A name that two columns have could mean either. Columns without a name mean nothing, and may be many. */
function headerFault(header: readonly string[], columns: readonly string[]): string | undefined {
  const missing = columns.filter((name) => !header.includes(name));
  if (missing.length > 0) return `there is no column ${missing.join(', ')}`;
  const repeated = header.filter((name, index) => name !== '' && header.indexOf(name) < index);
  return repeated.length > 0 ? `more than one column is named ${[...new Set(repeated)].join(', ')}` : undefined;
}

function toFields(header: readonly string[], record: readonly string[]): Fields | RowRefused {
  if (record.length !== header.length) {
    return new RowRefused(`there are ${record.length} columns where the header has ${header.length}`);
  }
  return Object.fromEntries(header.map((name, index) => [name, record[index] ?? '']));
}
