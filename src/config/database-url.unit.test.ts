import pg from 'pg';
import { expect, it } from 'vitest';
import { readDatabaseUrl } from './database-url.ts';

interface Parameters {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** The parameters that the driver takes from a URL. */
function parametersOf(url: string): Partial<Parameters> {
  const { connectionParameters } = new pg.Client({ connectionString: url }) as unknown as {
    connectionParameters: Parameters;
  };
  const { host, port, user, database } = connectionParameters;
  return { host, port, user, database };
}

it.each([
  ['postgres://ann@db.example:5433/shop', { host: 'db.example', port: 5433, user: 'ann', database: 'shop' }],
  ['postgresql://ann:p%40ss@db.example/shop', { host: 'db.example', port: 5432, user: 'ann', database: 'shop' }],
  ['postgres://ann@/shop?host=/run/postgresql', { host: '/run/postgresql', user: 'ann', database: 'shop' }],
  ['postgres://ann:secret@:5433/shop?host=/run/pg', { host: '/run/pg', port: 5433, user: 'ann', database: 'shop' }],
  ['postgres:///shop?host=/run/pg&user=ann&port=5433', { host: '/run/pg', port: 5433, user: 'ann', database: 'shop' }],
  ['postgres://?host=/run/pg&dbname=shop&user=ann', { host: '/run/pg', user: 'ann', database: 'shop' }],
  ['postgres://ann@%2Frun%2Fpg/shop', { host: '/run/pg', user: 'ann', database: 'shop' }],
  ['postgres://ann@[::1]:5433/shop', { host: '::1', port: 5433, user: 'ann', database: 'shop' }],
  ['postgres://ann@127.0.0.1?dbname=a%20b', { host: '127.0.0.1', user: 'ann', database: 'a b' }],
])('%s reaches the server and database that libpq reads from it', (url, expected) => {
  const read = readDatabaseUrl('DATABASE_URL', url);
  expect(parametersOf(read)).toMatchObject(expected);
  expect(URL.canParse(read)).toBe(true);
});

it('parameters of a session are kept', () => {
  expect(readDatabaseUrl('DATABASE_URL', 'postgres://db/shop?options=-c%20a%3Db&x=1+1')).toBe(
    'postgres://db/shop?options=-c%20a%3Db&x=1%2B1',
  );
});

it.each([
  ['postgres://a,b/shop', 'names several hosts'],
  ['postgres://ann@a:1,b:2/shop', 'names several hosts'],
  ['postgres:///shop?host=a,b', 'names several hosts'],
  ['postgres://db/shop?hostaddr=127.0.0.1', 'has hostaddr'],
  ['postgres://db/shop?service=main', 'has service'],
  ['mysql://db/shop', 'is not a PostgreSQL URL'],
  ['host=/run/pg dbname=shop', 'is not a PostgreSQL URL'],
  ['postgres:/db', 'is not a PostgreSQL URL'],
  ['postgres://db:port/shop', 'is not a PostgreSQL URL'],
  ['postgres://a b/shop', 'is not a PostgreSQL URL'],
])('%s is refused with one line', (url, reason) => {
  expect(() => readDatabaseUrl('DATABASE_URL', url)).toThrow(reason);
});
