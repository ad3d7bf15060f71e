import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';

// Scripts that run in the page are strings, because this project's types do not include the browser's.

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

inBrowser('page cache', {}, (site) => {
  it('a reload fetches no data that is still fresh, and nothing is ever fetched from another host', async () => {
    const { page, requestedUrls, errors } = await site.visit('#/orders?page=3');
    await page.locator('.orders tbody th').first().waitFor();
    const dataUrls = () =>
      requestedUrls.filter((url) => /\/(orders|vehicles|client|api)\//.test(url) && !url.includes('/events'));
    expect(dataUrls()).toContain(`${site.url}/orders/3`);
    requestedUrls.length = 0;
    await page.reload();
    await page.locator('.orders tbody th').first().waitFor();
    expect(dataUrls()).toEqual([]);
    expect(requestedUrls.filter((url) => !url.startsWith(`${site.url}/`))).toEqual([]);
    expect(errors).toEqual([]);

    // Data that is not in the cache is fetched.
    await page.goto(`${site.url}/#/orders?page=5`);
    await page.locator('.orders tbody th').first().waitFor();
    expect(dataUrls()).toContain(`${site.url}/orders/5`);
  });

  it('offline, the page shows the last data and its age', async () => {
    const { page, context } = await site.visit('#/orders?page=2');
    await page.locator('.orders tbody th').first().waitFor();
    await context.setOffline(true);
    await page.getByText('You are offline').waitFor();
    expect(await page.locator('.orders tbody tr').count()).toBe(10);
    expect(await page.locator('.updated').textContent()).toMatch(/updated (.* ago|just now)/i);
    await context.setOffline(false);
    await page.locator('.connection[data-state="live"]').waitFor();
  });

  it('without the event stream the page polls, and it returns to the stream once that is back', async () => {
    const { page } = await site.visit('#/reservations');
    await page.locator('.connection[data-state="live"]').waitFor();
    const client_id = (await page.evaluate(`JSON.parse(localStorage.getItem('holdfast.client')).client_id`)) as number;
    const { slots } = await site.client.get('/api/v1/slots', { query: { provider_id: 2, available: 'true' } });
    const hold = (index: number) =>
      site.client.post('/api/v1/reservations', { body: { client_id, slot_id: slots.at(index)?.slot_id ?? 0 } });

    await page.route('**/api/v1/events*', (route) => route.abort());
    await page.reload();
    await page.locator('.connection[data-state="polling"]').waitFor();
    await hold(-1);
    await page.locator('.hold-card').waitFor();

    await page.unroute('**/api/v1/events*');
    await page.locator('.connection[data-state="live"]').waitFor();
    await hold(-2);
    await page.locator('.hold-card').nth(1).waitFor();
  });

  it('the first load is smaller than 100 kB and shifts no layout', async () => {
    const { page } = await site.visit('#/book?provider=1');
    await page.locator('.slot').first().waitFor();
    const bytes = (await page.evaluate(SENT_BYTES)) as number;
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(100_000);
    const shift = (await page.evaluate(LAYOUT_SHIFT)) as number;
    expect(shift).toBeLessThan(0.1);
  });
});

inBrowser('layout on a slow phone', {}, (site) => {
  it('no view shifts while its data arrives slowly', async () => {
    const { page, context } = await site.visit('#/orders', { isPhone: true });
    await page.locator('.orders').waitFor();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 300,
      downloadThroughput: 100_000,
      uploadThroughput: 100_000,
    });
    const ready = { operations: '.plot', book: '.slot', items: '.item', vehicles: '.vehicle', calendar: '.week-slot' };
    for (const [view, selector] of Object.entries(ready)) {
      await page.goto('about:blank');
      await page.goto(`${site.url}/#/${view}`);
      await page.locator(selector).first().waitFor();
      expect((await page.evaluate(LAYOUT_SHIFT)) as number, view).toBeLessThan(0.1);
    }
  });
});

inBrowser('page cache with a short staleness bound', { ORDERS_MAX_AGE: '2s' }, (site) => {
  it('a response past its staleness bound is revalidated with its ETag', async () => {
    const { page } = await site.visit('#/orders?page=3');
    const revalidation = await page.waitForResponse(
      (response) => response.url().endsWith('/orders/3') && 'if-none-match' in response.request().headers(),
    );
    expect(revalidation.status()).toBe(304);
    await page.locator('.orders tbody th').first().waitFor();
  });
});
