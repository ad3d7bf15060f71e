import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { openOtherProgram } from '../../../../test/support/database/other-program.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { insertOrder } from '../order-store.ts';
import { type ImportProgress, ImportRefused, importOrders } from './import-orders.ts';

const SAMPLES = fileURLToPath(new URL('../../../../samples/', import.meta.url));
const ORDER_HEADER =
  'order_id,customer_id,customer_name,ordered_on,required_on,shipped_on,freight,ship_name,ship_city,ship_country';
const LINE_HEADER = 'order_id,product_id,product_name,unit_price,quantity,discount';
const ORDERS = [
  '7,ALFKI,Alfreds Futterkiste,1997-08-25,1997-09-22,1997-09-02,29.46,Alfreds,Berlin,Germany',
  '900,ANATR,"Trujillo, Ana",1996-09-18,1996-10-16,,1.61,Ana,México D.F.,Mexico',
];
const LINES = [
  '7,28,Rössle Sauerkraut,45.6,15,0.25',
  '900,69,"Cheese ""Gudbrand""",28.8,1,0.0',
  '7,39,Chartreuse,18,21,0.25',
];

eachDatabase('importing orders', (open) => {
  const other = openOtherProgram(open);

  beforeEach(() => other().run('truncate orders restart identity cascade'));

  const csv = (header: string, rows: readonly string[]) =>
    Readable.from([`${header}\n`, ...rows.map((row) => `${row}\n`)]);
  const files = (orders: readonly string[] = ORDERS, lines: readonly string[] = LINES) => ({
    orders: csv(ORDER_HEADER, orders),
    lines: csv(LINE_HEADER, lines),
  });

  async function stored(): Promise<unknown> {
    const { rows } = await open().database.read((reader) =>
      sql`select o.id, customer, ordered_at, status, currency,
                 (select json_agg(json_build_array(line, description, quantity, unit_price::text, discount::text) order by line)
                    from order_line l where l.order_id = o.id) as lines
            from orders o order by o.id`.execute(reader),
    );
    return rows;
  }

  async function refusal(orders?: readonly string[], lines?: readonly string[]): Promise<ImportRefused> {
    const before = await stored();
    const error = await importOrders(open().database, files(orders, lines)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(await stored(), 'the refused import has stored rows').toEqual(before);
    if (!(error instanceof ImportRefused)) throw new Error(`not refused: ${error}`);
    return error;
  }

  it('orders keep their ids and exact amounts, and the sequence continues after them', async () => {
    const imported = await importOrders(open().database, files());
    expect(imported).toEqual({ orders: 2, lines: 3, existingOrders: 0, existingLines: 0 });
    expect(await stored()).toEqual([
      {
        id: 7,
        customer: 'Alfreds Futterkiste',
        ordered_at: '1997-08-25T00:00:00Z',
        status: 'shipped',
        currency: 'USD',
        lines: [
          [1, 'Rössle Sauerkraut', 15, '45.6', '0.25'],
          [2, 'Chartreuse', 21, '18', '0.25'],
        ],
      },
      {
        id: 900,
        customer: 'Trujillo, Ana',
        ordered_at: '1996-09-18T00:00:00Z',
        status: 'open',
        currency: 'USD',
        lines: [[1, 'Cheese "Gudbrand"', 1, '28.8', '0']],
      },
    ]);
    const next = await open().database.transaction((tx) =>
      insertOrder(tx, { customer: 'N', currency: 'USD', lines: [] }, null),
    );
    expect(next).toBe(901);
  });

  it('orders that exist already are left unchanged and counted', async () => {
    await importOrders(open().database, files());
    await other().run("update orders set status = 'cancelled' where id = 900");
    const before = await stored();
    expect(await importOrders(open().database, files())).toEqual({
      orders: 0,
      lines: 0,
      existingOrders: 2,
      existingLines: 3,
    });
    expect(await stored()).toEqual(before);
    const more = files([...ORDERS, '901,X,New,1998-01-01,,,,,,'], [...LINES, '901,1,Tofu,23.25,1,0']);
    expect(await importOrders(open().database, more)).toEqual({
      orders: 1,
      lines: 1,
      existingOrders: 2,
      existingLines: 3,
    });
  });

  it.each([
    ['7,A,Name,1997-02-30,,,,,,', 'ordered_on "1997-02-30" is not a date such as 1996-07-04'],
    ['7,A,Name,now,,,,,,', 'ordered_on "now" is not a date such as 1996-07-04'],
    ['7,A,Name,,,,,,,', 'ordered_on is missing'],
    ['7,A,Name,1997-02-28,,02/03/1997,,,,', 'shipped_on "02/03/1997" is not a date such as 1996-07-04'],
    ['0,A,Name,1997-02-28,,,,,,', 'order_id "0" is not a whole number from 1 to 2^53-1'],
    ['9007199254740992,A,Name,1997-02-28,,,,,,', 'order_id "9007199254740992" is not a whole number from 1 to 2^53-1'],
    ['7,A,,1997-02-28,,,,,,', 'customer_name is missing'],
    [
      '7,A,a\u0007b,1997-02-28,,,,,,',
      'customer_name "a\\u0007b" is not a text: it must be 1 to 500 characters, at least one of them visible and none a control character',
    ],
    [
      '7,A,\u2060\u3164,1997-02-28,,,,,,',
      'customer_name "\u2060\u3164" is not a text: it must be 1 to 500 characters, at least one of them visible and none a control character',
    ],
    ['7,A,Name,1997-02-28', 'there are 4 columns where the header has 10'],
  ])('the orders row %s is refused', async (row, reason) => {
    const { refused, count } = await refusal([ORDERS[1] ?? '', row], []);
    expect([refused, count]).toEqual([[{ file: 'orders', line: 3, reason }], 1]);
  });

  it.each([
    ['7,1,Tofu,1.23456,1,0', 'unit_price "1.23456" is not an amount such as 9.80, with at most 4 decimals'],
    ['7,1,Tofu,1.005,1,0', 'unit_price "1.005" is not an amount in USD, with at most 2 decimals'],
    ['7,1,Tofu,-1,1,0', 'unit_price "-1" is not an amount such as 9.80'],
    ['7,1,Tofu,"1,5",1,0', 'unit_price "1,5" is not an amount such as 9.80'],
    ['7,1,Tofu,NaN,1,0', 'unit_price "NaN" is not an amount such as 9.80'],
    ['7,1,Tofu,1e3,1,0', 'unit_price "1e3" is not an amount such as 9.80'],
    ['7,1,Tofu,100000000000,1,0', 'unit_price "100000000000" is not an amount such as 9.80'],
    ['7,1,Tofu,,1,0', 'unit_price is missing'],
    ['7,1,Tofu,1,0,0', 'quantity "0" is not a whole number from 1 to 1000000'],
    ['7,1,Tofu,1,1.5,0', 'quantity "1.5" is not a whole number from 1 to 1000000'],
    ['7,1,Tofu,1,1,1.5', 'discount "1.5" is not a fraction from 0 to 1 such as 0.15'],
    ['8,1,Tofu,1,1,0', 'there is no order 8'],
    ['x,1,Tofu,1,1,0', 'order_id "x" is not a whole number from 1 to 2^53-1'],
  ])('the lines row %s is refused', async (row, reason) => {
    const { refused } = await refusal(ORDERS, [...LINES, row]);
    expect(refused).toEqual([{ file: 'lines', line: 5, reason }]);
  });

  it('an id that is twice in a file is refused, and all refused rows are reported together', async () => {
    const orders = [...ORDERS, ORDERS[0] ?? '', '8,A,Name,1997-02-30,,,,,,'];
    const { refused, count, message } = await refusal(orders, [...LINES, '7,1,Tofu,x,1,0', '8,1,Tofu,1,1,0']);
    expect(refused).toEqual([
      { file: 'orders', line: 5, reason: expect.stringContaining('1997-02-30') },
      { file: 'lines', line: 5, reason: expect.stringContaining('unit_price "x"') },
      { file: 'orders', line: 4, reason: 'order 7 is in the file twice' },
    ]);
    expect([count, message]).toEqual([3, '3 rows are refused, so nothing was imported']);
  });

  it('of 2,500 refused rows 100 are listed and all are counted', async () => {
    const orders = Array.from({ length: 2_500 }, (_, index) => `${index + 1},A,,1997-02-28,,,,,,`);
    const { refused, count } = await refusal(orders, []);
    expect([refused.length, count]).toEqual([100, 2_500]);
  });

  it.each([
    ['an empty file', '', 1, 'the file is empty'],
    [
      'a file without a column',
      'order_id,customer_name,ordered_on\n1,A,1997-02-28\n',
      1,
      'there is no column shipped_on',
    ],
    [
      'a file that names a column twice',
      'order_id,customer_name,ordered_on,shipped_on,customer_name\n',
      1,
      'more than one column is named customer_name',
    ],
    [
      'a file in another charset',
      Buffer.from(`${ORDER_HEADER}\n7,A,Müller,1997-02-28,,,,,,\n`, 'latin1'),
      2,
      'the line is not UTF-8',
    ],
    ['a quote that is never closed', `${ORDER_HEADER}\n7,A,"Name,1997-02-28\n`, 2, expect.stringContaining('Quote')],
  ])('%s is refused', async (_name, text, line, reason) => {
    const importing = importOrders(open().database, { orders: Readable.from([text]), lines: csv(LINE_HEADER, []) });
    await expect(importing).rejects.toMatchObject({ refused: [{ file: 'orders', line, reason }] });
  });

  it('columns in any order, a byte order mark and Windows line ends are accepted', async () => {
    const orders = '\ufeffshipped_on,ordered_on,customer_name,order_id,note\r\n,1997-02-28,Name,5,x\r\n';
    const imported = await importOrders(open().database, {
      orders: Readable.from([Buffer.from(orders)]),
      lines: csv(LINE_HEADER, []),
    });
    expect(imported).toMatchObject({ orders: 1, lines: 0 });
  });

  it('nothing is stored when a file cannot be read', async () => {
    const missing = {
      orders: createReadStream(`${SAMPLES}northwind-orders.csv`),
      lines: createReadStream(`${SAMPLES}none.csv`),
    };
    await expect(importOrders(open().database, missing)).rejects.toThrow('ENOENT');
    expect(await stored()).toEqual([]);
  });

  it('large files are streamed, and every step reports progress', async () => {
    const ids = Array.from({ length: 12_000 }, (_, index) => index + 1);
    const reported: ImportProgress[] = [];
    const large = files(
      ids.map((id) => `${id},A,Name ${id},1997-02-28,,,,,,`),
      ids.toReversed().map((id) => `${id},1,Tofu,1.5,2,0`),
    );
    const imported = await importOrders(open().database, large, (progress) => reported.push(progress));
    expect(imported).toEqual({ orders: 12_000, lines: 12_000, existingOrders: 0, existingLines: 0 });
    expect(new Set(reported.map(({ step }) => step))).toEqual(new Set(['orders', 'lines', 'storing']));
    expect(reported.filter(({ step }) => step === 'orders').at(-1)).toMatchObject({
      rows: 12_000,
      bytes: expect.any(Number),
    });
    expect(reported.at(-1)).toMatchObject({ step: 'storing', rows: 12_000 });
    const { rows } = await open().database.read((reader) =>
      sql`select sum(orders)::integer as counted from order_block`.execute(reader),
    );
    expect(rows).toEqual([{ counted: 12_000 }]);
  });
});
