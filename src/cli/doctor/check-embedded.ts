import { existsSync } from 'node:fs';
import { DataDirectoryError } from '../../platform/db/directory-lock.ts';
import { type Finding, fail, ok, reasonOf, warn } from './check.ts';
import { checkDisk } from './check-host.ts';
import { checkStored, type Stored } from './check-stored.ts';

const CHECK = 'database';

/** Checks the embedded database. @param dataDir `null` for one in memory */
export async function checkEmbedded(dataDir: string | null, stored: Stored): Promise<Finding[]> {
  if (dataDir === null)
    return [warn(CHECK, 'in memory: it ends with the server. Set HOLDFAST_DATA_DIR or DATABASE_URL.')];
  if (!existsSync(dataDir)) return [ok(CHECK, `embedded; the first start creates it in ${dataDir}`)];
  const disk = await checkDisk('the database', dataDir);
  const { openPglite } = await import('../../platform/db/pglite-driver.ts');
  try {
    await using database = await openPglite({ dataDir, constraints: {} });
    return [ok(CHECK, `embedded in ${dataDir}`), ...(await checkStored(database, stored)), disk];
  } catch (error) {
    if (!(error instanceof DataDirectoryError)) throw error;
    if (!error.isBusy) return [fail(CHECK, reasonOf(error)), disk];
    const text = `${dataDir} is in use by a running server, which alone can read it. Check that server with --url.`;
    return [warn(CHECK, text), disk];
  }
}
