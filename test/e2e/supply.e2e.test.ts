import { expect, it } from 'vitest';
import { inBrowser } from '../support/browser.ts';

inBrowser('what suppliers sell', {}, (site) => {
  it('books an item, and shows what becomes of it', async () => {
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

  it('holds an experience for an adult and a child', async () => {
    const { page } = await site.visit('#/book?experience=15');
    await page.locator('.day[data-free]').first().click();
    await page.locator('.slot:enabled').first().click();
    await page.getByRole('button', { name: 'More: Child' }).click();
    await page.getByRole('button', { name: /Hold this time/ }).click();
    await page.getByText('Held for you').waitFor();
    await page.getByText('2 places').waitFor();
  });

  it('pauses a supplier, and lets it go on', async () => {
    const { page } = await site.visit('#/operations');
    const supplier = page.locator('[data-supplier="sample-venue"]');
    await supplier.getByRole('button', { name: /Pause/ }).click();
    await supplier.getByText('paused', { exact: true }).first().waitFor();
    await supplier.getByRole('button', { name: /Resume/ }).click();
    await supplier.getByText('running', { exact: true }).waitFor();
  });
});
