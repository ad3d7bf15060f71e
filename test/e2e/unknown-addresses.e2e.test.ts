import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';

/** Values that no id can have. */
const MALFORMED = ['0', '-1', '1e3', '01', '1.5', 'abc', '9007199254740992', '99999999999999999999', ''];

/** Addresses of well-formed ids that the sample data does not have, and what the page says of each. */
const UNKNOWN: readonly (readonly [address: string, message: string])[] = [
  ['#/book?provider=99', 'There is no provider 99'],
  ['#/book?experience=99', 'There is no experience 99'],
  ['#/book?provider=1&move=77', 'There is no reservation 77 under your name'],
  ['#/book?move=9007199254740991', 'There is no reservation 9007199254740991'],
  ['#/calendar?provider=99', 'There is no provider 99'],
  ['#/vehicles?vehicle=99', 'There is no vehicle 99'],
  ['#/orders?page=999', 'There is no page 999'],
  ['#/orderz', 'There is no page “orderz”'],
  ['#/book/1', 'There is no page “book/1”'],
  ['#/book?day=2030-02-30', 'There is no day “2030-02-30”'],
  ['#/calendar?provider=1&week=soon', 'There is no week “soon”'],
  ['#/vehicles?vehicle=1&at=-5', 'There is no time “-5”'],
];
const READERS = [
  'book?provider',
  'book?experience',
  'book?move',
  'calendar?provider',
  'orders?page',
  'vehicles?vehicle',
];

/** Controls that write, or that lead to a write. */
const WRITERS = '.slot, .hold-form, .panel, .week-column, .order-page table, .vehicle';

inBrowser('unknown addresses', {}, (site) => {
  it('an unknown id or address is not found, and nothing can be written from it', async () => {
    const { page } = await site.visit('#/book');
    const writes: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') writes.push(`${request.method()} ${request.url()}`);
    });
    const expectNotFound = async (address: string, message: string) => {
      await page.goto(`${site.url}/${address}`);
      await page.locator('.not-found', { hasText: message }).waitFor();
      expect(await page.locator(WRITERS).count(), address).toBe(0);
    };
    for (const [address, message] of UNKNOWN) await expectNotFound(address, message);
    for (const reader of READERS) {
      for (const value of MALFORMED) await expectNotFound(`#/${reader}=${value}`, 'Not found');
      await expectNotFound(`#/${reader}=1&${reader.replace(/.*\?/, '')}=99`, '“1, 99”');
    }
    expect(writes).toEqual([]);
    // The control: with a known id the same selectors find what writes.
    await page.goto(`${site.url}/#/calendar?provider=1`);
    await page.locator('.panel').waitFor();
  });

  it("another client's reservation, an ended one and an experience's cannot be moved by their address", async () => {
    const { page } = await site.visit('#/book');
    const { slots } = await site.client.get('/api/v1/slots', {
      query: { provider_id: 2, available: 'true', limit: 200 },
    });
    const grace = await page.evaluate(() => JSON.parse(localStorage.getItem('holdfast.client') ?? '{}').client_id);
    const hold = async (client_id: number, slot_id = 0) =>
      (await site.client.post('/api/v1/reservations', { body: { client_id, slot_id } })).reservation_id;
    const foreign = await hold(1, slots[150]?.slot_id);
    const ended = await hold(grace, slots[151]?.slot_id);
    await site.client.post('/api/v1/reservations/{id}/cancel', { path: { id: ended }, body: { client_id: grace } });
    await page.goto(`${site.url}/#/book?move=${foreign}`);
    await page.getByText(`There is no reservation ${foreign} under your name`).waitFor();
    await page.goto(`${site.url}/#/book?move=${ended}`);
    await page.getByText('This reservation has ended').waitFor();
    expect(await page.locator(WRITERS).count()).toBe(0);
    // The control: a live reservation opens its own provider's times.
    const live = await hold(grace, slots[152]?.slot_id);
    await page.goto(`${site.url}/#/book?move=${live}`);
    await page.locator('.choice-card[aria-current]', { hasText: 'Jane Doe' }).waitFor();
    await page.locator('.day-slots').waitFor();
  });

  it('a page past the last says how many pages there are and leads back', async () => {
    const { page } = await site.visit('#/orders?page=999');
    await page.getByText('There is no page 999').waitFor();
    expect(await page.getByText(/page 999 of/).count()).toBe(0);
    await page.getByText('83 pages').waitFor();
    await page.getByRole('link', { name: 'Previous page' }).click();
    await page.getByText('page 83 of 83').waitFor();
  });
});
