import type { Page } from 'playwright-core';

/**
 * Opens the second available day, so that none of its slots starts too soon while a test runs. At the end of a month
 * that day is in the next month.
 */
export async function openLaterDay(page: Page): Promise<void> {
  const days = page.locator('.day[data-free]');
  await days.first().waitFor();
  if ((await days.count()) > 1) {
    await days.nth(1).click();
    return;
  }
  await page.getByRole('button', { name: 'Next month' }).click();
  await days.first().click();
}
