import { it } from 'vitest';
import { inBrowser } from '../support/browser.ts';

inBrowser('what suppliers sell', {}, (site) => {
  it('holds an experience for an adult and a child', async () => {
    const { page } = await site.visit('#/book?experience=15');
    await page.locator('.day[data-free]').first().click();
    await page.locator('.slot:enabled').first().click();
    await page.getByRole('button', { name: 'More: Child' }).click();
    await page.getByRole('button', { name: /Hold this time/ }).click();
    await page.getByText('Held for you').waitFor();
    await page.locator('.held-booked', { hasText: /^1 × Adult, 1 × Child · SGD/ }).waitFor();
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
