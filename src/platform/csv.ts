import type { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';

/** A row by its column names. */
export interface CsvRow {
  /** The line it ends on, counted from 1. */
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is wrong with a file, and where. */
export interface CsvFault {
  readonly line: number;
  readonly fault: string;
}

/** A row this long is no row: a quote was left open. */
const MAX_ROW_BYTES = 64 * 1024;

/**
 * Reads a CSV file with a header, row by row: as much of it is in memory as one row takes. Rows of the wrong width and
 * what follows a broken quote are told as faults; the columns may come in any order, and more of them are let pass.
 */
export async function* readCsv(input: Readable, columns: readonly string[]): AsyncGenerator<CsvRow | CsvFault> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const { lines: line } = info;
      if (header) {
        yield toRow(line, header, record);
        continue;
      }
      header = record;
      const missing = columns.filter((column) => !record.includes(column));
      if (missing.length > 0) {
        yield { line, fault: `the header has no ${missing.join(', ')}; it must name ${columns.join(', ')}` };
        return;
      }
    }
    if (!header) yield { line: 1, fault: `is empty; it must begin with ${columns.join(',')}` };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield { line: Number(error.lines ?? 0), fault: error.message };
  }
}

function toRow(line: number, header: readonly string[], record: readonly string[]): CsvRow | CsvFault {
  if (record.length !== header.length) return { line, fault: `has ${record.length} fields and not ${header.length}` };
  return { line, fields: Object.fromEntries(header.map((column, place) => [column, record[place] ?? ''])) };
}
