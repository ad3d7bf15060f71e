import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { Api } from '../../client/index.ts';
import { type RunningSimulator, startSimulator } from '../../src/simulator/index.ts';
import { inBrowser, type Site, type Visitor } from '../support/server/browser.ts';
import { writeSuppliersFile } from '../support/supply/suppliers-file.ts';

type Item = Api['get']['/api/items']['answer']['items'][number];

let venue: RunningSimulator;

/** A supplier without rivals but those of the tests, which may be read once an hour: no later pull mends anything. */
async function playVenue(opened: AsyncDisposableStack): Promise<Record<string, string>> {
  venue = opened.use(await startSimulator({ kind: 'snapshot' }));
  const supplier = { id: 'venue', adapter: 'snapshot', base_url: venue.url, pull_limits: ['1/1h'] };
  const file = opened.use(await writeSuppliersFile([supplier]));
  return { SUPPLIERS_FILE: file.path };
}

/** Opens the booking of one of the last items, which begin in some days. @returns what is listed of it */
async function choose(site: Site, { page }: Visitor, fromEnd: number): Promise<Item> {
  const rows = page.locator('.item');
  await rows.first().waitFor();
  const id = Number(await rows.nth((await rows.count()) - fromEnd).getAttribute('data-item'));
  await page.locator(`[data-item="${id}"]`).getByRole('button').click();
  const { items } = await site.client.get('/api/items');
  const item = items.find(({ item_id }) => item_id === id);
  if (!item) throw new Error(`item ${id} is on the page, and not in the answer`);
  return item;
}

/** All that the supplier has of an item goes to a customer of its own. */
async function rivalBuysOut({ name, starts_at }: Item): Promise<void> {
  interface Sold {
    readonly id: string | number;
    readonly name: string;
    readonly starts_at: string;
    readonly remaining: number;
  }
  const { items } = (await (await fetch(`${venue.url}/items`)).json()) as { items: Sold[] };
  const isIt = (each: Sold) => each.name === name && Date.parse(each.starts_at) === Date.parse(starts_at);
  const sold = items.find(isIt);
  const order = { item_id: sold?.id, quantity: sold?.remaining, reference: 'a rival' };
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const answer = await fetch(`${venue.url}/bookings`, { method: 'POST', headers, body: JSON.stringify(order) });
  expect(answer.status).toBe(201);
}

inBrowser('an item that a supplier sells', playVenue, (site) => {
  beforeEach(() => venue.setFaults({}));

  it('is booked, and confirmed when the supplier has it', async () => {
    const visitor = await site.visit('#/items');
    const { page } = visitor;
    await page.getByText('The next pull', { exact: true }).waitFor();
    const { item_id, name, remaining } = await choose(site, visitor, 1);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Book/ }).click();
    await dialog.getByText('The supplier has it. It is yours.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();

    const booking = page.locator('[data-booking][data-status="confirmed"]');
    await booking.getByText(name ?? '').waitFor();
    const reference = `holdfast-${await booking.getAttribute('data-booking')}`;
    expect(venue.bookings().filter((each) => each.reference === reference)).toHaveLength(1);
    const left = page.locator(`[data-item="${item_id}"]`);
    if (remaining > 1) await left.getByText(`${remaining - 1} left`).waitFor();
    else await left.waitFor({ state: 'detached' });
    expect(visitor.complaints).toEqual([]);
  });

  it('is in conflict, and said to be so, when the supplier has sold it to somebody else', async () => {
    const visitor = await site.visit('#/items');
    const { page } = visitor;
    const item = await choose(site, visitor, 2);
    const pulls = venue.log().length;
    await rivalBuysOut(item);
    // Until the supplier answers again, nobody can know.
    venue.setFaults({ 'error-before': { probability: 1 } });
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Book/ }).click();
    await dialog.getByText('The supplier is being told.').waitFor();
    const booking = page.locator('[data-booking]');
    await booking.getByText('pending', { exact: true }).waitFor();
    venue.setFaults({});

    await dialog.getByText('Sorry, the supplier no longer has this for you').waitFor();
    await dialog.getByRole('button', { name: 'Choose another item' }).click();
    await page.locator(`[data-item="${item.item_id}"]`).waitFor({ state: 'detached' });
    await booking.getByText('conflict', { exact: true }).waitFor();
    await booking.getByText('You owe nothing. Please choose another item.').waitFor();
    expect(await booking.getByRole('button').count(), 'there is nothing to cancel').toBe(0);
    expect(venue.log(), 'of which one is the rival’s').toHaveLength(pulls + 1);

    await page.getByRole('link', { name: 'Reservations' }).click();
    const reservation = page.locator('.row', { hasText: 'conflict' });
    await reservation.getByText('Sorry, the supplier no longer has this for you.').waitFor();
    await reservation.getByRole('button', { name: 'History' }).click();
    const history = reservation.locator('.history li > span:first-child');
    await history.nth(2).waitFor();
    expect(await history.allInnerTexts()).toEqual(['Held', 'Confirmed', 'Refused by the supplier']);
    expect(visitor.complaints).toEqual([]);
  });

  it('is gone, and said to be so, when somebody here books the last of it first', async () => {
    const visitor = await site.visit('#/items');
    const { page } = visitor;
    const { item_id, remaining } = await choose(site, visitor, 3);
    const { client_id } = await site.client.post('/api/v1/clients', {
      body: { first_name: 'Ida', last_name: 'Rhodes' },
    });
    await site.client.post('/api/bookings', { body: { client_id, item_id, quantity: remaining } });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Somebody was a moment quicker. It is no longer to be had.').waitFor();
    await dialog.getByRole('button', { name: 'Choose another item' }).click();
    await page.locator(`[data-item="${item_id}"]`).waitFor({ state: 'detached' });
    await page.getByText('Nothing is booked yet.').waitFor();
  });
});
