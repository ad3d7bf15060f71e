import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { Api } from '../../client/index.ts';
import { type RunningSimulator, startSimulator } from '../../src/simulator/index.ts';
import { inBrowser, type Site, type Visitor } from '../support/server/browser.ts';
import { writeSuppliersFile } from '../support/supply/suppliers-file.ts';

type Item = Api['get']['/api/items']['answer']['items'][number];

let venue: RunningSimulator;

/** A supplier without rival customers that may be pulled once an hour, so that no later pull corrects the list. */
async function hourlySupplier(resources: AsyncDisposableStack): Promise<Record<string, string>> {
  venue = resources.use(await startSimulator({ kind: 'snapshot' }));
  const supplier = { id: 'venue', adapter: 'snapshot', base_url: venue.url, pull_limits: ['1/1h'] };
  const file = resources.use(await writeSuppliersFile([supplier]));
  return { SUPPLIERS_FILE: file.path };
}

/** Opens the dialog of an item near the end of the list, which starts in some days. Returns the item as listed. */
async function openItem(site: Site, { page }: Visitor, fromEnd: number): Promise<Item> {
  const rows = page.locator('.item');
  await rows.first().waitFor();
  const id = Number(await rows.nth((await rows.count()) - fromEnd).getAttribute('data-item'));
  await page.locator(`[data-item="${id}"]`).getByRole('button').click();
  const { items } = await site.client.get('/api/items');
  const item = items.find(({ item_id }) => item_id === id);
  if (!item) throw new Error(`item ${id} is on the page, but not in the response of /api/items`);
  return item;
}

interface SupplierItem {
  readonly id: string | number;
  readonly name: string;
  readonly starts_at: string;
  readonly remaining: number;
}

/** Sells all that the supplier has of an item to another customer. */
async function sellOut({ name, starts_at }: Item): Promise<void> {
  const { items } = (await (await fetch(`${venue.url}/items`)).json()) as { items: SupplierItem[] };
  const sold = items.find((each) => each.name === name && Date.parse(each.starts_at) === Date.parse(starts_at));
  const order = { item_id: sold?.id, quantity: sold?.remaining, reference: 'another customer' };
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const response = await fetch(`${venue.url}/bookings`, { method: 'POST', headers, body: JSON.stringify(order) });
  expect(response.status).toBe(201);
}

inBrowser('items', hourlySupplier, (site) => {
  beforeEach(() => venue.setFaults({}));

  it('a booking is shown as confirmed once the supplier has it', async () => {
    const visitor = await site.visit('#/items');
    const { page } = visitor;
    await page.getByText('Next update', { exact: true }).waitFor();
    const { item_id, name, remaining } = await openItem(site, visitor, 1);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Book/ }).click();
    await dialog.getByText('Confirmed by the supplier.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();

    const booking = page.locator('[data-booking][data-status="confirmed"]');
    await booking.getByText(name ?? '').waitFor();
    const reference = `holdfast-${await booking.getAttribute('data-booking')}`;
    expect(venue.bookings().filter((each) => each.reference === reference)).toHaveLength(1);
    const row = page.locator(`[data-item="${item_id}"]`);
    if (remaining > 1) await row.getByText(`${remaining - 1} left`).waitFor();
    else await row.waitFor({ state: 'detached' });
    expect(visitor.errors).toEqual([]);
  });

  it('a booking is shown as declined when the supplier has sold the item to another customer', async () => {
    const visitor = await site.visit('#/items');
    const { page } = visitor;
    const item = await openItem(site, visitor, 2);
    const pulls = venue.log().length;
    await sellOut(item);
    // Until the supplier responds again, the booking stays pending.
    venue.setFaults({ 'error-before': { probability: 1 } });
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Book/ }).click();
    await dialog.getByText('We are confirming this with the supplier.').waitFor();
    const booking = page.locator('[data-booking]');
    await booking.getByText('Pending', { exact: true }).waitFor();
    venue.setFaults({});

    await dialog.getByText('Sorry, this is no longer available').waitFor();
    await dialog.getByRole('button', { name: 'Choose another item' }).click();
    await page.locator(`[data-item="${item.item_id}"]`).waitFor({ state: 'detached' });
    await booking.getByText('Declined', { exact: true }).waitFor();
    await booking.getByText('There is nothing to pay. Please choose another item.').waitFor();
    expect(await booking.getByRole('button').count(), 'a declined booking cannot be cancelled').toBe(0);
    expect(venue.log(), 'one pull more, by the other customer').toHaveLength(pulls + 1);

    await page.getByRole('link', { name: 'Reservations' }).click();
    const reservation = page.locator('.row', { hasText: 'Declined' });
    await reservation.getByText('Sorry, this is no longer available.').waitFor();
    await reservation.getByRole('button', { name: 'History' }).click();
    const history = reservation.locator('.history li > span:first-child');
    await history.nth(2).waitFor();
    expect(await history.allInnerTexts()).toEqual(['Held', 'Confirmed', 'Declined by the supplier']);
    expect(visitor.errors).toEqual([]);
  });

  it('the dialog of an item says so when another client books the last of it', async () => {
    const visitor = await site.visit('#/items');
    const { page } = visitor;
    const { item_id, remaining } = await openItem(site, visitor, 3);
    const { client_id } = await site.client.post('/api/v1/clients', {
      body: { first_name: 'Ida', last_name: 'Rhodes' },
    });
    await site.client.post('/api/bookings', { body: { client_id, item_id, quantity: remaining } });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Someone else was faster. This item is no longer available.').waitFor();
    await dialog.getByRole('button', { name: 'Choose another item' }).click();
    await page.locator(`[data-item="${item_id}"]`).waitFor({ state: 'detached' });
    await page.getByText('No bookings yet').waitFor();
  });
});
