import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';

/** The embedded database alone: `node bare-pglite.ts <directory>` opens it and asks it once. It ends on SIGTERM. */
const [, , directory = ''] = process.argv;
mkdirSync(directory, { recursive: true });
const pglite = await PGlite.create({ dataDir: `${directory}/pgdata` });
await pglite.query('select 1');
// In the form of a server that listens, for `startServer`.
process.stdout.write('listening at http://127.0.0.1:1\n');
const alive = setInterval(() => {}, 60_000);
process.once('SIGTERM', async () => {
  clearInterval(alive);
  await pglite.close();
});
