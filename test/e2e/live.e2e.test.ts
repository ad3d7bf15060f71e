import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inBrowser, type Site } from '../support/server/browser.ts';

const SLOW_MS = 400;
const SHOWN_WITHIN_MS = 8_000;

/** Somebody holds and lets go of one slot again and again, as fast as the server answers. */
async function bookWithoutPause({ client }: Site, slot_id: number, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const { reservation_id: id } = await client.post('/api/v1/reservations', { body: { client_id: 2, slot_id } });
    await client.post('/api/v1/reservations/{id}/cancel', { path: { id }, body: { client_id: 2 } });
  }
}

inBrowser('what happens elsewhere', {}, (site) => {
  it('is shown while others book without a pause, though answers are slow to come', async () => {
    const { page, complaints } = await site.visit('#/book?provider=1');
    await page.locator('.day[data-free] >> nth=1').click();
    const slot = page.locator('.slot:enabled').nth(5);
    const slot_id = Number(await slot.getAttribute('data-slot'));
    const { slots } = await site.client.get('/api/v1/slots', {
      query: { provider_id: 2, available: 'true', limit: 200 },
    });
    await page.route(/getProviderAvailability|\/api\/v1\/slots/, async (route) => {
      await delay(SLOW_MS);
      await route.continue();
    });

    const others = new AbortController();
    const booking = bookWithoutPause(site, slots[150]?.slot_id ?? 0, others.signal);
    try {
      await site.client.post('/api/v1/reservations', { body: { client_id: 1, slot_id } });
      await expect
        .poll(() => page.locator(`.slot[data-slot="${slot_id}"]:enabled`).count(), { timeout: SHOWN_WITHIN_MS })
        .toBe(0);
    } finally {
      others.abort();
      await booking;
    }
    expect(complaints).toEqual([]);
  });
});
