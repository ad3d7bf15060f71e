import { expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { inBrowser } from '../support/server/browser.ts';
import { writeSuppliersFile } from '../support/supply/suppliers-file.ts';

/** A supplier of one part, whose first pull fails. */
async function playFailure(opened: AsyncDisposableStack): Promise<Record<string, string>> {
  const tours = opened.use(await startSimulator({ kind: 'per-date' }));
  tours.setFaults({ error: { next: 1 } });
  const supplier = {
    ...{ id: 'tours', adapter: 'per-date', base_url: tours.url, pull_limits: ['30/1m'], products: [14] },
    cadence: [{ days: [0, 0], every: '1h' }],
  };
  const file = opened.use(await writeSuppliersFile([supplier]));
  return { SUPPLIERS_FILE: file.path };
}

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

inBrowser('a supplier whose pull failed', playFailure, (site) => {
  it('is shown with its error and when that was, quietly as soon as all is known after all', async () => {
    const { page } = await site.visit('#/operations');
    const supplier = page.locator('[data-supplier="tours"]');
    const error = supplier.locator('.last-error');
    await error.getByText(/^Last error \d+ seconds? ago$/).waitFor();
    expect(await error.getAttribute('class')).toContain('problem');
    expect(await supplier.getByText('nothing is due').count()).toBe(0);

    // What failed is asked for again after half a minute.
    await supplier.getByText('nothing is due').waitFor({ timeout: 40_000 });
    await error.getByText(/^Last error \d+ seconds? ago$/).waitFor();
    expect(await error.getAttribute('class')).not.toContain('problem');
  });
});
