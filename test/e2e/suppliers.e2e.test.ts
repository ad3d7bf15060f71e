import { expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { inBrowser } from '../support/server/browser.ts';
import { writeSuppliersFile } from '../support/supply/suppliers-file.ts';

/** Lets the pulls of `failingSupplier` succeed. */
let endFailure = () => {};

/** A supplier with one partition, whose pulls fail until `endFailure`. */
async function failingSupplier(resources: AsyncDisposableStack): Promise<Record<string, string>> {
  const tours = resources.use(await startSimulator({ kind: 'per-date' }));
  tours.setFaults({ error: { next: 1_000 } });
  endFailure = () => tours.setFaults({ error: { next: 0 } });
  const supplier = {
    id: 'tours',
    adapter: 'per-date',
    base_url: tours.url,
    pull_limits: ['30/1m'],
    products: [14],
    cadence: [{ days: [0, 0], every: '1h' }],
  };
  const file = resources.use(await writeSuppliersFile([supplier]));
  return { SUPPLIERS_FILE: file.path };
}

inBrowser('suppliers', {}, (site) => {
  it('an experience is held for an adult and a child', async () => {
    const { page } = await site.visit('#/book?experience=15');
    await page.locator('.day[data-free]').first().click();
    await page.locator('.slot:enabled').first().click();
    await page.getByRole('button', { name: 'More: Child' }).click();
    await page.getByRole('button', { name: /Hold this time/ }).click();
    await page.getByText('Held for you').waitFor();
    await page.locator('.hold-card-summary', { hasText: /^1 × Adult, 1 × Child · SGD/ }).waitFor();
  });

  it('the operations view pauses and resumes a supplier', async () => {
    const { page } = await site.visit('#/operations');
    const supplier = page.locator('[data-supplier="sample-venue"]');
    await supplier.getByRole('button', { name: /Pause/ }).click();
    await supplier.getByText('Paused', { exact: true }).first().waitFor();
    await supplier.getByRole('button', { name: /Resume/ }).click();
    await supplier.getByText('Running', { exact: true }).waitFor();
  });
});

inBrowser('a supplier whose pull fails', failingSupplier, (site) => {
  it('the operations view highlights the last error until everything is fresh enough', async () => {
    const { page } = await site.visit('#/operations');
    const supplier = page.locator('[data-supplier="tours"]');
    const error = supplier.locator('.last-error');
    await error.getByText(/^Last error \d+ s ago$/).waitFor();
    expect(await error.getAttribute('class')).toContain('problem');
    expect(await supplier.getByText('Nothing due').count()).toBe(0);

    endFailure();
    await supplier.getByText('Nothing due').waitFor({ timeout: 40_000 });
    await error.getByText(/^Last error \d+ s ago$/).waitFor();
    expect(await error.getAttribute('class')).not.toContain('problem');
  });
});
