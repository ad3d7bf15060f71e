import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import type { Database } from '../../../platform/db/database.ts';

/** An index, and the position in the binary log that it belongs to. */
export interface StoredIndex {
  readonly position: string;
  readonly ids: Buffer;
  /** Time since the index was verified, in milliseconds. */
  readonly ageMs: number;
}

/** How often one of the instances stores the index, in seconds. */
const EVERY_S = 60;

/** Keeps the index over restarts, so that an instance goes on where the log was and reads no table again. */
export class IndexStore {
  readonly #database: Database;
  /** Digest of the address and the mapping: another one has another index. */
  readonly #source: string;

  constructor(database: Database, source: string) {
    this.#database = database;
    this.#source = source;
  }

  async load(): Promise<StoredIndex | undefined> {
    const { rows } = await this.#database.read((reader) =>
      sql<{ position: string; ids: Uint8Array; ageMs: number }>`
        select position, ids, (extract(epoch from clock_timestamp() - verified_at) * 1000)::double precision as "ageMs"
          from order_source_index where source = ${this.#source}`.execute(reader),
    );
    const [row] = rows;
    return row && { ...row, ageMs: Math.max(row.ageMs, 0), ids: gunzipSync(row.ids) };
  }

  /** Stores the index, when no instance has done so lately. */
  async save({ position, ids, ageMs }: StoredIndex): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const { rows } = await sql`
        select from order_source_index
         where source = ${this.#source} and saved_at > clock_timestamp() - ${EVERY_S} * interval '1 second'`.execute(
        tx,
      );
      if (rows.length > 0) return;
      await sql`
        insert into order_source_index (source, position, ids, verified_at, saved_at)
        values (${this.#source}, ${position}, ${gzipSync(ids)},
                clock_timestamp() - ${ageMs}::double precision * interval '1 millisecond', clock_timestamp())
        on conflict (source) do update
          set position = excluded.position, ids = excluded.ids, verified_at = excluded.verified_at,
              saved_at = excluded.saved_at`.execute(tx);
    });
  }
}
