import { expect, it, type TestContext } from 'vitest';
import { inBrowser, type Site } from '../support/browser.ts';

/** A server without suppliers' routes has nothing to show. */
async function needs(site: Site, path: string, context: TestContext): Promise<void> {
  if ((await fetch(`${site.url}${path}`)).status === 404) context.skip(`there is no ${path}`);
}

inBrowser('what suppliers sell', {}, (site) => {
  it('books an item, and shows what becomes of it', async (context) => {
    await needs(site, '/api/items', context);
    const { page, complaints } = await site.visit('#/items');
    await page.getByText('The next pull', { exact: true }).waitFor();
    const item = page.locator('.item').last();
    const name = (await item.locator('.row-time').textContent()) ?? '';
    await item.getByRole('button').click();
    await page.getByRole('dialog').getByRole('button', { name: /^Book/ }).click();
    const booking = page.locator('[data-booking]').first();
    await booking.getByText(name).waitFor();
    await page.locator('[data-booking][data-status="confirmed"], [data-booking][data-status="conflict"]').waitFor();
    expect(complaints).toEqual([]);
  });

  it('holds an experience for an adult and a child', async (context) => {
    await needs(site, '/api/v1/experience/15/dates', context);
    const { page } = await site.visit('#/book?experience=15');
    await page.locator('.day[data-free]').first().click();
    await page.locator('.slot:enabled').first().click();
    await page.getByRole('button', { name: 'More: Child' }).click();
    await page.getByRole('button', { name: /Hold this time/ }).click();
    await page.getByText('Held for you').waitFor();
    await page.getByText('2 places').waitFor();
  });

  it('pauses a supplier, and lets it go on', async (context) => {
    await needs(site, '/api/v1/sync/status', context);
    const { page } = await site.visit('#/operations');
    const supplier = page.locator('[data-supplier="sample-venue"]');
    await supplier.getByRole('button', { name: /Pause/ }).click();
    await supplier.getByText('paused', { exact: true }).first().waitFor();
    await supplier.getByRole('button', { name: /Resume/ }).click();
    await supplier.getByText('running', { exact: true }).waitFor();
  });
});
