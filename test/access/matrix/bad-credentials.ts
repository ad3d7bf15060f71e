import { sql } from 'kysely';
import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { asOperator, makeKey, OPERATOR_KEY } from '../../support/server/principals.ts';

/** Values of `Authorization` that must not let anyone in, by what is wrong; `undefined` for no header. */
export async function badCredentials(
  app: HttpServer,
  database: Database,
): Promise<ReadonlyMap<string, string | undefined>> {
  const real = await makeKey(app, 'operator');
  const other = await makeKey(app, 'operator');
  const revoked = await makeKey(app, 'operator');
  const expired = await makeKey(app, 'operator');
  const rotated = await makeKey(app, 'operator');
  const operator = asOperator(app);
  await operator('DELETE', `/api/v1/keys/${revoked.key_id}`);
  await operator('POST', `/api/v1/keys/${rotated.key_id}/rotate`, { overlap_seconds: 0 });
  await database.statement((tx) =>
    sql`update access_key set expires_at = created_at + interval '1 microsecond' where id = ${expired.key_id}`.execute(
      tx,
    ),
  );
  const secretOf = (key: string) => key.slice('hf_'.length + real.key_id.length + 1);
  const bearer = (token: string) => `Bearer ${token}`;
  const flipped = real.key.replace(
    /(.)(.)$/,
    (_match, last: string, unused: string) => `${last === 'A' ? 'B' : 'A'}${unused}`,
  );
  return new Map([
    ['no credentials', undefined],
    ['an empty value', ''],
    ['a scheme alone', 'Bearer'],
    ['a key without a scheme', real.key],
    ['another scheme', `Basic ${Buffer.from(`operator:${real.key}`).toString('base64')}`],
    ['a word that begins as the scheme', `Bearerer ${real.key}`],
    ['two keys', bearer(`${real.key} ${other.key}`)],
    ['two keys with a comma', bearer(`${real.key}, ${other.key}`)],
    ['a key in quotes', bearer(`"${real.key}"`)],
    ['a text that is no key', bearer('open-sesame')],
    ['an unknown key', bearer(`hf_${'0'.repeat(20)}_${secretOf(real.key)}`)],
    ['the wrong secret of a real key', bearer(flipped)],
    ['the secret of another key', bearer(`hf_${real.key_id}_${secretOf(other.key)}`)],
    ['a key without its last character', bearer(real.key.slice(0, -1))],
    ['a key with one more character', bearer(`${real.key}A`)],
    ['a key in capitals', bearer(real.key.toUpperCase())],
    ['a revoked key', bearer(revoked.key)],
    ['an expired key', bearer(expired.key)],
    ['a key after its rotation', bearer(rotated.key)],
    ['the bootstrap key without its end', bearer(OPERATOR_KEY.slice(0, -1))],
    ['the bootstrap key in capitals', bearer(OPERATOR_KEY.toUpperCase())],
    ['the name of a role', bearer('operator')],
    ['a token without a signature', bearer('eyJhbGciOiJub25lIn0.eyJob2xkZmFzdF9yb2xlIjoib3BlcmF0b3IifQ.')],
  ]);
}
