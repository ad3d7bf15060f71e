import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { eachDatabase } from '../../../test/support/database/test-database.ts';
import { PRICE, Shop, type ShopSlot } from '../../../test/support/orders/shop.ts';
import { openTestApp } from '../../../test/support/server/test-app.ts';

eachDatabase('prices of slots', (open) => {
  let shop: Shop;

  beforeAll(async () => {
    shop = new Shop(await openTestApp(open().database));
    await shop.open();
  });
  beforeEach(() => open().clock.freeze('2026-11-02T08:00:00Z'));

  it('every answer with a slot has its price', async () => {
    const slot = await shop.offer();
    expect(slot.price).toEqual(PRICE);
    const { provider_id } = await shop.send<{ provider_id: number }>(200, 'GET', `/api/v1/slots/${slot.slot_id}`);
    for (const available of ['true', 'false']) {
      const url = `/api/v1/slots?provider_id=${provider_id}&available=${available}`;
      expect(await shop.send(200, 'GET', url)).toMatchObject({ slots: [{ price: PRICE }] });
    }
    expect(await shop.offer({})).toMatchObject({ price: null });
  });

  it('a new price of a slot is shown at once', async () => {
    const slot = await shop.offer();
    const { provider_id } = await shop.send<{ provider_id: number }>(200, 'GET', `/api/v1/slots/${slot.slot_id}`);
    const url = `/api/v1/slots?provider_id=${provider_id}&available=true`;
    await shop.send(200, 'GET', url);
    await open().database.transaction((tx) =>
      sql`update slot set price_amount = 5 where id = ${slot.slot_id}`.execute(tx),
    );
    expect(await shop.send(200, 'GET', url)).toMatchObject({ slots: [{ price: { amount: 5, currency: 'EUR' } }] });
  });

  it.each([
    { amount: 0, currency: 'EUR' },
    { amount: -1, currency: 'EUR' },
    { amount: 1.00001, currency: 'EUR' },
    { amount: 1e-9, currency: 'EUR' },
    { amount: 1e11, currency: 'EUR' },
    { amount: '5', currency: 'EUR' },
    { amount: 5, currency: 'eur' },
    { amount: 5, currency: 'ZZZ' },
    { amount: 5 },
    { currency: 'EUR' },
    { amount: 5, currency: 'EUR', tax: 1 },
  ])('the price %o returns 400', async (price) => {
    const providerId = await shop.newProvider();
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 10:15' }];
    const refusal = await shop.send<{ errors: { path: string }[] }>(
      ...([400, 'POST', `/api/v1/providers/${providerId}/availability`, { ranges, price }] as const),
    );
    expect(refusal.errors[0]?.path).toMatch(/^\/price/);
  });

  it.each([
    { amount: 10.5, currency: 'JPY' },
    { amount: 9.999, currency: 'EUR' },
    { amount: 1.0001, currency: 'BHD' },
  ])('the price %o, which cannot be paid, returns 422', async (price) => {
    const providerId = await shop.newProvider();
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 10:15' }];
    const refusal = await shop.send<{ type: string; errors: { path: string }[] }>(
      ...([422, 'POST', `/api/v1/providers/${providerId}/availability`, { ranges, price }] as const),
    );
    expect(refusal).toMatchObject({
      type: 'urn:holdfast:problem:amount-too-fine',
      errors: [{ path: '/price/amount' }],
    });
  });

  it('a slot that is offered again is kept at the same price and refused at another', async () => {
    const providerId = await shop.newProvider();
    const url = `/api/v1/providers/${providerId}/availability`;
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 10:15' }];
    const first = await shop.send<{ slots: ShopSlot[] }>(201, 'POST', url, { ranges, price: PRICE });
    expect(await shop.send(201, 'POST', url, { ranges, price: { amount: 19.9, currency: 'EUR' } })).toEqual(first);
    for (const price of [{ amount: 20, currency: 'EUR' }, { amount: 19.9, currency: 'USD' }, undefined]) {
      expect(await shop.send(409, 'POST', url, { ranges, ...(price && { price }) })).toMatchObject({
        type: 'urn:holdfast:problem:slots-overlap',
      });
    }
  });
});
