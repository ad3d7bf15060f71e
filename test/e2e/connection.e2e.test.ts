import { expect, it } from 'vitest';
import { inBrowser, type Site } from '../support/server/browser.ts';
import { openProxy, type TcpProxy } from '../support/server/tcp-proxy.ts';

/** Requests of the page in this time while the server does not answer. */
const DOWN_MS = 15_000;
const MAX_REQUESTS_DOWN = 12;

/** Opens a view through a proxy that can refuse connections as a stopped server does. */
async function visitThroughProxy(site: Site, address: string) {
  const proxy: TcpProxy = await openProxy({ host: '127.0.0.1', port: Number(new URL(site.url).port) });
  const visitor = await site.visit('#/items');
  await visitor.page.goto(`http://127.0.0.1:${proxy.port}/${address}`);
  return { ...visitor, proxy, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

const stateIs = (state: string) => `.connection[data-state="${state}"]`;

inBrowser('connection', {}, (site) => {
  it('while the server is down the page says so and sends few requests, and then every view recovers by itself', async () => {
    await using visit = await visitThroughProxy(site, '#/vehicles');
    const { page, proxy, requestedUrls } = visit;
    await page.locator(stateIs('live')).waitFor();
    await page.locator('.fleet li').first().waitFor();
    proxy.refuse();
    await page.getByText('Server unreachable, retrying').waitFor();
    requestedUrls.length = 0;
    const downSinceMs = Date.now();
    // A view whose code is loaded, and whose data is not.
    await page.evaluate(`location.hash = '#/vehicles?vehicle=3'`);
    await page.locator('.problem').waitFor();
    await expect.poll(() => Date.now() - downSinceMs, { timeout: DOWN_MS + 1_000 }).toBeGreaterThan(DOWN_MS);
    expect(requestedUrls.length).toBeGreaterThan(1);
    expect(requestedUrls.length).toBeLessThan(MAX_REQUESTS_DOWN);
    expect(await page.locator(stateIs('unreachable')).count()).toBe(1);
    proxy.accept();
    await page.locator(stateIs('live')).waitFor();
    await page.locator('.vehicle-state-name').waitFor();
    expect(await page.locator('.problem').count()).toBe(0);
  });

  it('"Try again" connects at once, and a connection that only seems open is not shown as live', async () => {
    await using visit = await visitThroughProxy(site, '#/vehicles');
    const { page, proxy } = visit;
    await page.locator(stateIs('live')).waitFor();
    await page.locator('.fleet li').first().waitFor();
    // The stream stays open and silent, and new connections get no answer until they are broken.
    proxy.freeze();
    await page.evaluate(`location.hash = '#/vehicles?vehicle=2'`);
    proxy.refuse();
    await page.locator(stateIs('unreachable')).waitFor();
    await page.locator('.problem').waitFor();
    proxy.thaw();
    proxy.accept();
    await page.locator('.problem').getByRole('button', { name: 'Try again' }).click();
    await page.locator(stateIs('live')).waitFor();
    await page.locator('.vehicle-state-name').waitFor();
  });

  it('a view that the server fails to answer recovers by itself, without an event', async () => {
    const { page } = await site.visit('#/orders?page=4');
    await page.locator(stateIs('live')).waitFor();
    let failing = true;
    await page.route('**/orders/5', (route) =>
      failing ? route.fulfill({ status: 500, contentType: 'text/plain', body: 'broken' }) : route.continue(),
    );
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.locator('.problem').waitFor();
    failing = false;
    await page.getByText('page 5 of 83').waitFor();
    await page.locator('.problem').waitFor({ state: 'detached' });
    expect(await page.locator('.order-page[data-loading]').count()).toBe(0);
  });
});
