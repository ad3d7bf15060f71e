import { sql } from 'kysely';
import type { Database, Reader } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/logger.ts';

const COUNT_EVERY_MS = 5_000;

type Counts = Readonly<Record<'failing' | 'disabled', number>>;

/** The number of webhooks that are in trouble, counted in the background. */
export class WebhookHealth implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #counts: Counts = { failing: 0, disabled: 0 };

  constructor(database: Database, logger: Logger) {
    this.#timer = setInterval(() => {
      database.read(countInTrouble).then(
        (counts) => {
          this.#counts = counts;
        },
        (error: unknown) => logger.debug({ err: error }, 'webhooks could not be counted'),
      );
    }, COUNT_EVERY_MS);
  }

  /** By state, as of the last count. */
  counts(): Counts {
    return this.#counts;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

async function countInTrouble(reader: Reader): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select count(*) filter (where status = 'active' and failing_since is not null) as failing,
           count(*) filter (where status = 'disabled') as disabled from webhook`.execute(reader);
  return rows[0] ?? { failing: 0, disabled: 0 };
}
