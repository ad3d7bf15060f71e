import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';

const VIEWS = ['book?provider=1', 'reservations', 'items', 'provider', 'orders', 'vehicles', 'operations'];

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Runs in the page, where axe has been put. */
async function runAxe(): Promise<string[]> {
  const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
  const { violations } = await axe.run();
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id} ${html.slice(0, 160)}`));
}

/** What axe finds wrong with the page as it is now. */
async function faults(page: Page): Promise<string[]> {
  const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  await page.evaluate(axe);
  return page.evaluate(runAxe);
}

async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await page.locator('.bone').first().waitFor({ state: 'detached' });
}

inBrowser('axe', {}, (site) => {
  it.each([
    { theme: 'light', isPhone: false },
    { theme: 'dark', isPhone: false },
    { theme: 'light', isPhone: true },
    { theme: 'dark', isPhone: true },
  ] as const)('finds nothing in any view, $theme, on a phone: $isPhone', async (options) => {
    const { page } = await site.visit('#/book', options);
    const found: string[] = [];
    for (const view of VIEWS) {
      await page.goto(`${site.url}/#/${view}`);
      await settled(page);
      found.push(...(await faults(page)).map((each) => `${view}: ${each}`));
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow, `${view} is wider than the screen`).toBeLessThanOrEqual(0);
    }
    expect(found).toEqual([]);
    // A fault that is put there is found.
    await page.locator('h1').evaluate((heading) => {
      heading.style.color = 'var(--line)';
    });
    expect((await faults(page)).join()).toContain('color-contrast');
  });

  it.each(['light', 'dark'] as const)('finds nothing in what opens, in %s colours', async (theme) => {
    const { page } = await site.visit('#/book?provider=1', { theme });
    await page.locator('.day[data-free] >> nth=1').click();
    const slot = page.locator('.slot:enabled').nth(theme === 'light' ? 8 : 12);
    const slot_id = Number(await slot.getAttribute('data-slot'));
    await slot.click();
    await page.getByRole('button', { name: 'Hold this time' }).waitFor();
    expect(await faults(page), 'a slot is chosen').toEqual([]);

    await site.client.post('/api/v1/reservations', { body: { client_id: 2, slot_id } });
    await page.getByText('Somebody was a moment quicker').waitFor();
    expect(await faults(page), 'it is lost').toEqual([]);

    await page.locator('.lost-near button').first().click();
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByText('Held for you').waitFor();
    expect(await faults(page), 'another one is held').toEqual([]);

    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Confirmed. It is yours.').waitFor();
    await page.locator('.who-button').click();
    await page.getByRole('heading', { name: 'Book as' }).waitFor();
    expect(await faults(page), 'confirmed, with the menu open').toEqual([]);

    await page.goto(`${site.url}/#/reservations`);
    await page.getByRole('button', { name: 'History' }).click();
    await page.locator('.history li').first().waitFor();
    expect(await faults(page), 'a history').toEqual([]);

    await page.goto(`${site.url}/#/provider`);
    await page.getByRole('button', { name: 'Block time' }).click();
    expect(await faults(page), 'blocking').toEqual([]);
    await page.getByRole('button', { name: 'New provider' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faults(page), 'a dialog').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.goto(`${site.url}/#/orders?page=99999`);
    await page.getByText('There is no page 99999').waitFor();
    expect(await faults(page), 'an empty page').toEqual([]);
    await page.context().setOffline(true);
    await page.getByText('You are offline').waitFor();
    expect(await faults(page), 'offline').toEqual([]);
  });
});
