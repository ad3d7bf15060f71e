import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';
import { createClient } from 'redis';

/**
 * The usual way to build a cached read: Express, and for every request a GET from Redis by vehicle and timestamp, whose
 * value is parsed and serialised again. A miss reads PostgreSQL and is kept for an hour. One process. It deletes its
 * keys from Redis when it ends.
 */
const { DATABASE_URL, REDIS_URL, PREFIX } = process.env;
const redis = await createClient({ url: REDIS_URL ?? '' }).connect();
const database = new pg.Pool({ connectionString: DATABASE_URL });
const app = express();

app.get('/vehicles/:id/timestamp/:timestamp', async (request, response) => {
  const { id, timestamp } = request.params;
  const key = `${PREFIX}:${id}:${timestamp}`;
  const cached = await redis.get(key);
  if (cached !== null) {
    response.json({ fromCache: true, data: JSON.parse(cached) });
    return;
  }
  const { rows } = await database.query(
    `select v.id::integer, v.make, v.model, l.state from vehicle v join state_log l on l.vehicle_id = v.id
      where v.id = $1 and l.at <= $2 order by l.at desc, l.sequence desc limit 1`,
    [id, timestamp],
  );
  const data = { vehicle: rows[0] };
  await redis.set(key, JSON.stringify(data), { expiration: { type: 'EX', value: 3_600 } });
  response.json({ fromCache: false, data });
});

const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`listening at http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  for await (const keys of redis.scanIterator({ MATCH: `${PREFIX}:*`, COUNT: 1_000 })) {
    if (keys.length > 0) await redis.unlink(keys);
  }
  await redis.close();
  await database.end();
});
