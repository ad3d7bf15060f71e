import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inBrowser, type Site } from '../support/server/browser.ts';
import { openLaterDay } from './open-later-day.ts';

const SLOW_MS = 400;
const SHOWN_WITHIN_MS = 8_000;

/** Holds and cancels one slot again and again, as fast as the server responds. */
async function changeContinuously({ client }: Site, slot_id: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { reservation_id: id } = await client.post('/api/v1/reservations', { body: { client_id: 2, slot_id } });
    await client.post('/api/v1/reservations/{id}/cancel', { path: { id }, body: { client_id: 2 } });
  }
}

inBrowser('live updates', {}, (site) => {
  it("the page shows another client's hold while others make changes continuously and responses are slow", async () => {
    const { page, errors } = await site.visit('#/book?provider=1');
    await openLaterDay(page);
    const slot = page.locator('.slot:enabled').nth(5);
    const slot_id = Number(await slot.getAttribute('data-slot'));
    const { slots } = await site.client.get('/api/v1/slots', {
      query: { provider_id: 2, available: 'true', limit: 200 },
    });
    await page.route(/getProviderAvailability|\/api\/v1\/slots/, async (route) => {
      await delay(SLOW_MS);
      await route.continue();
    });

    const changes = new AbortController();
    const changing = changeContinuously(site, slots[150]?.slot_id ?? 0, changes.signal);
    try {
      await site.client.post('/api/v1/reservations', { body: { client_id: 1, slot_id } });
      await expect
        .poll(() => page.locator(`.slot[data-slot="${slot_id}"]:enabled`).count(), { timeout: SHOWN_WITHIN_MS })
        .toBe(0);
    } finally {
      changes.abort();
      await changing;
    }
    expect(errors).toEqual([]);
  });
});
