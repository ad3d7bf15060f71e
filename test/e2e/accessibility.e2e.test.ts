import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';
import { axeViolations } from './axe-violations.ts';
import { openLaterDay } from './open-later-day.ts';

const VIEWS = ['book?provider=1', 'reservations', 'items', 'calendar', 'orders', 'vehicles', 'operations', 'webhooks'];

async function waitUntilLoaded(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
}

inBrowser('accessibility', {}, (site) => {
  it.each([
    { theme: 'light', isPhone: false },
    { theme: 'dark', isPhone: false },
    { theme: 'light', isPhone: true },
    { theme: 'dark', isPhone: true },
  ] as const)('axe finds no violation in any view (theme: $theme, phone: $isPhone)', async (options) => {
    const { page } = await site.visit('#/book', options);
    const found: string[] = [];
    for (const view of VIEWS) {
      await page.goto(`${site.url}/#/${view}`);
      await waitUntilLoaded(page);
      found.push(...(await axeViolations(page)).map((each) => `${view}: ${each}`));
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow, `${view} is wider than the screen`).toBeLessThanOrEqual(0);
    }
    expect(found).toEqual([]);
    // Negative control: axe reports an injected violation.
    await page.locator('h1').evaluate((heading) => {
      heading.style.color = 'var(--line)';
    });
    expect((await axeViolations(page)).join()).toContain('color-contrast');
  });

  it.each(['light', 'dark'] as const)(
    'axe finds no violation in notices, menus and dialogs (theme: %s)',
    async (theme) => {
      const { page } = await site.visit('#/book?provider=1', { theme });
      await openLaterDay(page);
      const slot = page.locator('.slot:enabled').nth(theme === 'light' ? 8 : 12);
      const slot_id = Number(await slot.getAttribute('data-slot'));
      await slot.click();
      await page.getByRole('button', { name: 'Hold this time' }).waitFor();
      expect(await axeViolations(page), 'a slot is chosen').toEqual([]);

      await site.client.post('/api/v1/reservations', { body: { client_id: 2, slot_id } });
      await page.getByText('Someone else was faster').waitFor();
      expect(await axeViolations(page), 'the slot is taken').toEqual([]);

      await page.locator('.taken-suggestions button').first().click();
      await page.getByRole('button', { name: 'Hold this time' }).click();
      await page.getByText('Held for you').waitFor();
      expect(await axeViolations(page), 'another slot is held').toEqual([]);

      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByText('Your reservation is confirmed.').waitFor();
      await page.locator('.client-menu-button').click();
      await page.getByRole('heading', { name: 'Book as' }).waitFor();
      expect(await axeViolations(page), 'the hold is confirmed and the menu is open').toEqual([]);

      await page.goto(`${site.url}/#/reservations`);
      await page.getByRole('button', { name: 'History' }).click();
      await page.locator('.history li').first().waitFor();
      expect(await axeViolations(page), 'a history is open').toEqual([]);

      await page.goto(`${site.url}/#/calendar`);
      await page.getByRole('button', { name: 'Block time' }).click();
      expect(await axeViolations(page), 'the block form is open').toEqual([]);
      await page.getByRole('button', { name: 'Add provider' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await axeViolations(page), 'a dialog is open').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });

      await page.goto(`${site.url}/#/orders?page=99999`);
      await page.getByText('There is no page 99999').waitFor();
      expect(await axeViolations(page), 'a page of orders is empty').toEqual([]);
      await page.context().setOffline(true);
      await page.getByText('You are offline').waitFor();
      expect(await axeViolations(page), 'the page is offline').toEqual([]);
    },
  );
});
