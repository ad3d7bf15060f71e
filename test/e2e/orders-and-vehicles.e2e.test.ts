import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';

inBrowser('orders and vehicles', {}, (site) => {
  it('the address holds the page of orders', async () => {
    const { page } = await site.visit('#/orders?page=3');
    await page.getByText('page 3 of 83').waitFor();
    const third = await page.locator('.orders tbody th').first().textContent();
    expect(third).toBe('10268');
    await page.getByRole('link', { name: 'Next page' }).click();
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

  it("the timeline shows a vehicle's state at any time, as the API returns it", async () => {
    const { page } = await site.visit('#/vehicles?vehicle=2');
    const slider = page.getByRole('slider', { name: 'Time' });
    await slider.focus();
    await page.keyboard.press('Home');
    await page.locator('.vehicle-state-name', { hasText: 'no state yet' }).waitFor();
    await page.keyboard.press('End');
    await page.locator('.vehicle-state-name', { hasText: 'selling' }).waitFor();
    // The last state log is years old, and the vehicle has been in that state until now.
    expect(await slider.getAttribute('aria-valuetext')).toBe('Now: selling');
    const apiLink = page.locator('a[href*="/timestamp/"]');
    const nowPath = await apiLink.getAttribute('href');
    expect(Math.abs(Date.now() - Date.parse(nowPath?.split('/').at(-1) ?? ''))).toBeLessThan(60_000);
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/20\d\d, .*: selling$/);
    await page.getByRole('button', { name: 'quoted', exact: true }).click();
    await page.locator('.vehicle-state-name', { hasText: 'quoted' }).waitFor();
    const path = await apiLink.getAttribute('href');
    const [, id, timestamp] = /^\/vehicles\/(\d+)\/timestamp\/(.+)$/.exec(path ?? '') ?? [];
    const { data } = await site.client.get('/vehicles/{id}/timestamp/{timestamp}', {
      path: { id: Number(id), timestamp: timestamp ?? '' },
    });
    expect(data.vehicle.state).toBe('quoted');
  });

  it('the fleet is the list of vehicles, page by page, also with ids far beyond the first ones', async () => {
    for (let number = 1; number <= 60; number += 1) {
      await site.client.post('/vehicles', { body: { make: 'FIAT', model: `No. ${number}`, state: 'quoted' } });
    }
    const { page, requestedUrls } = await site.visit('#/vehicles');
    const cards = page.locator('.fleet li');
    await cards.nth(59).waitFor();
    expect(await cards.count()).toBe(60);
    await page.getByRole('button', { name: 'Show more vehicles' }).click();
    await cards.filter({ hasText: 'No. 60' }).waitFor();
    expect(await cards.count()).toBe(63);
    expect(await page.getByRole('button', { name: 'Show more vehicles' }).count()).toBe(0);
    expect(requestedUrls.filter((url) => url.includes('/vehicles/states'))).toEqual([]);
  });
});
