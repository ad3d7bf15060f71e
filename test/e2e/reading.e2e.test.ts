import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';

// What runs in the page is text: a browser's names are not known here.

const SENT_BYTES = `[...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
  .filter(({ name }) => /\\/assets\\/|\\/#|\\/$/.test(name))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

const LAYOUT_SHIFT = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) sum += value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})`;

inBrowser('what is read', {}, (site) => {
  it('keeps the page of orders in the address', async () => {
    const { page } = await site.visit('#/orders?page=3');
    await page.getByText('page 3 of 83').waitFor();
    const third = await page.locator('.orders tbody th').first().textContent();
    expect(third).toBe('10268');
    await page.getByRole('link', { name: 'Page after' }).click();
    await page.getByText('page 4 of 83').waitFor();
    await page.getByLabel('Go to page').fill('83');
    await page.keyboard.press('Enter');
    await page.getByText('page 83 of 83').waitFor();
    expect(new URL(page.url()).hash).toBe('#/orders?page=83');
    await page.goBack();
    await page.getByText('page 4 of 83').waitFor();
    await page.goto(`${site.url}/#/orders?page=99999`);
    await page.getByText('There is no page 99999').waitFor();
  });

  it('tells what state a vehicle was in when', async () => {
    const { page } = await site.visit('#/vehicles?vehicle=2');
    const slider = page.getByRole('slider', { name: 'Moment' });
    await slider.focus();
    await page.keyboard.press('Home');
    await page.locator('.then-state', { hasText: 'nothing was known yet' }).waitFor();
    await page.keyboard.press('End');
    await page.locator('.then-state', { hasText: 'selling' }).waitFor();
    // The last log is years old, and its stretch reaches to now all the same.
    expect(await slider.getAttribute('aria-valuetext')).toBe('Now: selling');
    const askedNow = await page.locator('a[href*="/timestamp/"]').getAttribute('href');
    expect(Math.abs(Date.now() - Date.parse(askedNow?.split('/').at(-1) ?? ''))).toBeLessThan(60_000);
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/20\d\d, .*: selling$/);
    await page.getByRole('button', { name: 'quoted', exact: true }).click();
    await page.locator('.then-state', { hasText: 'quoted' }).waitFor();
    const asked = await page.locator('a[href*="/timestamp/"]').getAttribute('href');
    const [, id, timestamp] = /^\/vehicles\/(\d+)\/timestamp\/(.+)$/.exec(asked ?? '') ?? [];
    const at = { id: Number(id), timestamp: timestamp ?? '' };
    const { data } = await site.client.get('/vehicles/{id}/timestamp/{timestamp}', { path: at });
    expect(data.vehicle.state).toBe('quoted');
  });

  it('asks for nothing on a reload that it knows already, and for nothing elsewhere at all', async () => {
    const { page, asked, complaints } = await site.visit('#/orders?page=3');
    await page.locator('.orders tbody th').first().waitFor();
    const reads = () => asked.filter((url) => /\/(orders|vehicles|client|api)\//.test(url) && !url.includes('/events'));
    expect(reads()).toContain(`${site.url}/orders/3`);
    asked.length = 0;
    await page.reload();
    await page.locator('.orders tbody th').first().waitFor();
    expect(reads()).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(`${site.url}/`))).toEqual([]);
    expect(complaints).toEqual([]);

    // What it does not know, it does ask.
    await page.goto(`${site.url}/#/orders?page=5`);
    await page.locator('.orders tbody th').first().waitFor();
    expect(reads()).toContain(`${site.url}/orders/5`);
  });

  it('shows what was known last while offline, with its age', async () => {
    const { page, context } = await site.visit('#/orders?page=2');
    await page.locator('.orders tbody th').first().waitFor();
    await context.setOffline(true);
    await page.getByText('You are offline').waitFor();
    expect(await page.locator('.orders tbody tr').count()).toBe(10);
    expect(await page.locator('.age').textContent()).toMatch(/old|just now/);
    await context.setOffline(false);
    await page.locator('.live[data-state="live"]').waitFor();
  });

  it('goes on without the stream of changes, and takes it up again', async () => {
    const { page } = await site.visit('#/reservations');
    await page.locator('.live[data-state="live"]').waitFor();
    const client_id = (await page.evaluate(`JSON.parse(localStorage.getItem('holdfast.client')).client_id`)) as number;
    const { slots } = await site.client.get('/api/v1/slots', { query: { provider_id: 2, available: 'true' } });
    const hold = (index: number) =>
      site.client.post('/api/v1/reservations', { body: { client_id, slot_id: slots.at(index)?.slot_id ?? 0 } });

    await page.route('**/api/v1/events*', (route) => route.abort());
    await page.reload();
    await page.locator('.live[data-state="polling"]').waitFor();
    await hold(-1);
    await page.locator('.held').waitFor();

    await page.unroute('**/api/v1/events*');
    await page.locator('.live[data-state="live"]').waitFor();
    await hold(-2);
    await page.locator('.held').nth(1).waitFor();
  });

  it('loads at first less than 150 kB, and nothing jumps', async () => {
    const { page } = await site.visit('#/book?provider=1');
    await page.locator('.slot').first().waitFor();
    const bytes = (await page.evaluate(SENT_BYTES)) as number;
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(150_000);
    const shift = (await page.evaluate(LAYOUT_SHIFT)) as number;
    expect(shift).toBeLessThan(0.1);
  });
});

inBrowser('a bound that ends', { ORDERS_MAX_AGE: '2s' }, (site) => {
  it('asks again by the validator of what it has', async () => {
    const { page } = await site.visit('#/orders?page=3');
    const again = await page.waitForResponse(
      (response) => response.url().endsWith('/orders/3') && 'if-none-match' in response.request().headers(),
    );
    expect(again.status()).toBe(304);
    await page.locator('.orders tbody th').first().waitFor();
  });
});
