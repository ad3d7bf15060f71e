import { readSchemaDifference } from '../../compose/open-database.ts';
import type { Config } from '../../config/config.ts';
import { readSyncStatus } from '../../modules/supply/index.ts';
import { countUnreadableSecrets, listWebhooks, SecretBox } from '../../modules/webhooks/index.ts';
import type { Database } from '../../platform/db/database.ts';
import { type Finding, fail, ok, reasonOf, warn } from './check.ts';
import { judgeSuppliers, judgeWebhooks } from './judge-stored.ts';

/** The settings that what is stored is checked against. */
export type Stored = Pick<Config, 'secretKeys' | 'suppliers'>;

/** There are fewer webhooks than this. */
const ALL = 10_000;

/** Checks the schema, and what it says about suppliers and webhooks. */
export async function checkStored(database: Database, { secretKeys, suppliers }: Stored): Promise<Finding[]> {
  const schema = await checkSchema(database);
  // Tables may be missing or have other columns.
  if (schema.status !== 'ok') return [schema];
  const secrets = new SecretBox(secretKeys.map((key) => key.reveal()));
  const [status, webhooks, unreadable] = await database.read((reader) =>
    Promise.all([
      readSyncStatus(reader, suppliers),
      listWebhooks(reader, null, 0, ALL),
      countUnreadableSecrets(reader, secrets),
    ]),
  );
  const findings = [schema, ...judgeSuppliers(status), ...judgeWebhooks(webhooks)];
  if (unreadable > 0) {
    const text = `${unreadable} cannot be read: nothing can be sent to their webhooks. Add the key that sealed them to HOLDFAST_SECRET_KEY.`;
    findings.push(fail('webhook secrets', text));
  }
  return findings;
}

async function checkSchema(database: Database): Promise<Finding> {
  const name = 'schema';
  try {
    const { pending, newer } = await readSchemaDifference(database);
    if (pending.length === 0) {
      return ok(
        name,
        newer === 0 ? 'up to date' : `has ${newer} migrations that a newer version made; this one serves on it`,
      );
    }
    const text = `lacks ${pending.length} migrations, from ${pending[0]} on. "holdfast migrate" or the next start applies them.`;
    return warn(name, text);
  } catch (error) {
    return fail(name, reasonOf(error));
  }
}
