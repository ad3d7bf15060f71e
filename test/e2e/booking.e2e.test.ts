import { expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { inBrowser, type Visitor } from '../support/server/browser.ts';
import { writeSuppliersFile } from '../support/supply/suppliers-file.ts';

const SECOND_DAY = '.day[data-free] >> nth=1';

/** Opens the second free day, so that no slot of it comes too near while the test runs. */
async function chooseSlot({ page }: Visitor, index: number): Promise<number> {
  await page.locator(SECOND_DAY).click();
  const slot = page.locator('.slot:enabled').nth(index);
  const id = Number(await slot.getAttribute('data-slot'));
  await slot.click();
  return id;
}

inBrowser('booking', {}, (site) => {
  it('goes from a free day to a confirmed reservation with its history', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    await chooseSlot(visitor, 0);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByText('Held for you').waitFor();
    expect(await page.locator('.held-clock').textContent()).toMatch(/^(30:00|29:\d\d)/);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Confirmed. It is yours.').waitFor();

    await page.getByRole('link', { name: 'My reservations' }).click();
    const row = page.locator('.row').first();
    const id = Number(/no\. (\d+)/.exec((await row.textContent()) ?? '')?.[1]);
    await row.getByText('confirmed').waitFor();
    await row.getByRole('button', { name: 'History' }).click();
    await row.locator('.history li').nth(1).waitFor();
    expect(await row.locator('.history li > span:first-child').allInnerTexts()).toEqual(['Held', 'Confirmed']);

    // One tap lets nothing go: the first one asks, and what it asks can be declined.
    const cancel = row.getByRole('button', { name: 'Cancel it' });
    await cancel.press('Enter');
    const question = page.getByRole('dialog', { name: 'Cancel it?' });
    await question.getByText('It is free for others at once').waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await cancel.evaluate((button) => button.matches(':focus'))).toBe(true);
    await cancel.press('Enter');
    await question.getByRole('button', { name: 'Keep it' }).press('Enter');
    await question.waitFor({ state: 'detached' });
    expect(await cancel.evaluate((button) => button.matches(':focus'))).toBe(true);
    expect(await site.client.get('/api/v1/reservations/{id}', { path: { id } })).toMatchObject({ status: 'confirmed' });

    await cancel.press('Enter');
    await question.getByRole('button', { name: 'Yes, cancel' }).press('Enter');
    await row.getByText('cancelled', { exact: true }).waitFor();
    await page.locator('.said:focus', { hasText: `Reservation ${id} is cancelled.` }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('moves a reservation to another time', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const before = await chooseSlot(visitor, 4);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.locator('.held').getByRole('link', { name: 'Move' }).click();
    await page.getByRole('heading', { name: 'Choose another time' }).waitFor();
    const after = await chooseSlot(visitor, 6);
    await page.getByRole('button', { name: 'Move it here' }).click();
    await page.getByText('Moved. The time before is free').waitFor();
    const read = (id: number) => site.client.get('/api/v1/slots/{id}', { path: { id } });
    expect(await read(before)).toMatchObject({ remaining: 1 });
    expect(await read(after)).toMatchObject({ remaining: 0 });
  });

  it('lets one of two have a slot, and offers the other the nearest', async () => {
    const visitors = [await site.visit('#/book?provider=2'), await site.visit('#/book?provider=2')] as const;
    for (const visitor of visitors) await chooseSlot(visitor, 3);
    const both = visitors.map(({ page }) => page.getByRole('button', { name: 'Hold this time' }).click());
    // The slower one may see the button go before it can press it: it has lost all the same.
    await Promise.allSettled(both);
    const outcomes = await Promise.all(
      visitors.map(async ({ page }) => {
        await page.locator('.held, .lost').first().waitFor();
        return (await page.locator('.lost').count()) === 0 ? 'held' : 'lost';
      }),
    );
    expect([...outcomes].sort()).toEqual(['held', 'lost']);

    const loser = visitors[outcomes.indexOf('lost')];
    expect(await loser?.page.locator('.lost').textContent()).toContain('Nothing was booked for you');
    await loser?.page.locator('.lost-near button').first().click();
    await loser?.page.getByRole('button', { name: 'Hold this time' }).click();
    await loser?.page.getByText('Held for you').waitFor();
  });

  it('holds once when the answer is lost on the way', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const keys: (string | undefined)[] = [];
    await page.route('**/api/v1/reservations', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await chooseSlot(visitor, 8);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByText('Held for you').waitFor();
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0]]);
  });

  it('shows at once that somebody else has taken a slot', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const id = await chooseSlot(visitor, 10);
    await site.client.post('/api/v1/reservations', { body: { client_id: 2, slot_id: id } });
    await page.getByText('Somebody was a moment quicker').waitFor();
    expect(await page.locator(`[data-slot="${id}"]`).isDisabled()).toBe(true);
  });

  it('can be done by the keyboard alone', async () => {
    const { page } = await site.visit('#/book?provider=1');
    await page.locator('.day[aria-pressed="true"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('.slot:enabled').nth(14).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Hold this time' }).press('Enter');
    await page.getByText('Held for you').waitFor();
  });

  it('names each time of an experience, by the clock of where it is', async () => {
    const visitor = await site.visit('#/book?experience=14');
    const { page } = visitor;
    await chooseSlot(visitor, 0);
    const times = page.locator('.slot-time');
    expect((await times.allInnerTexts()).slice(0, 3)).toEqual(['04:00', '04:30', '05:00']);
    // Four in the morning in Singapore is the evening before for whoever is in Berlin.
    await page.getByText('Their time (Singapore), and yours (Berlin) beneath.').waitFor();
    const yours = await page.locator('.slot .slot-other').first().textContent();
    expect(yours).toMatch(/^[A-Z][a-z]{2},? 2[12]:00/);
    const day = await page.locator('.day-choice h2').textContent();
    const form = page.locator('.hold-form');
    expect(await form.locator('.hold-time').textContent()).toBe('04:00');
    expect(await form.locator('.hold-what .hint').first().textContent()).toBe(day);
    const byVisitor = await form.locator('.hold-yours').textContent();
    expect(byVisitor).toMatch(/^2[12]:00, .*, by your clock \(Berlin\)$/);
    expect(byVisitor).not.toContain(day);

    await page.getByRole('button', { name: 'Hold this time' }).click();
    const held = page.locator('.held');
    expect(`${await held.locator('.held-time').textContent()}, ${await held.locator('.hint').textContent()}`).toContain(
      byVisitor,
    );

    // Only what begins and ends at midnight is a whole day.
    await page.goto(`${site.url}/#/book?experience=15`);
    await page.locator('.slot-time', { hasText: 'The whole day' }).waitFor();
    expect(await page.locator('.what-card', { hasText: /Experience/ }).count()).toBe(2);
    expect(await page.getByLabel('Number of another experience').count()).toBe(0);
  });

  it('says so where there is no such provider', async () => {
    const { page } = await site.visit('#/book?provider=99');
    await page.getByText('There is no provider 99 here.').waitFor();
    await page.getByRole('link', { name: /Jane Doe/ }).click();
    await page.locator('.day[data-free]').first().waitFor();
    expect(await page.getByText('There is no provider').count()).toBe(0);
  });

  it('puts the hold first that runs out first, here and there', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const holds = page.getByRole('region', { name: /^Your hold no\. / });
    for (const number of [1, 2]) {
      await chooseSlot(visitor, 1);
      await page.getByRole('button', { name: 'Hold this time' }).click();
      await holds.nth(number - 1).waitFor();
    }
    const names = () => holds.evaluateAll((each) => each.map((hold) => hold.getAttribute('aria-label')));
    const [first, second] = await names();
    expect(first).not.toBe(second);
    // Ends are told in whole seconds: pressed within the one in which the second was held, it would change nothing.
    const moreTime = page.getByRole('region', { name: first ?? '' }).getByRole('button', { name: 'More time' });
    const askForMore = async () => {
      const extended = page.waitForResponse((response) => response.url().endsWith('/extend'));
      await moreTime.click();
      await extended;
      return names();
    };
    await expect.poll(askForMore, { timeout: 10_000 }).toEqual([second, first]);
    await page.goto(`${site.url}/#/reservations`);
    await page.getByRole('heading', { name: 'My reservations' }).waitFor();
    await expect.poll(names).toEqual([second, first]);
  });

  it('forgets a client of another database', async () => {
    const { page } = await site.visit('#/book?provider=1');
    await page.addInitScript(() =>
      localStorage.setItem('holdfast.client', '{"client_id":987654,"first_name":"Nobody","last_name":"Here"}'),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Who are you?' }).waitFor();
  });

  it('asks who one is before the first hold', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    await page.addInitScript(() => localStorage.removeItem('holdfast.client'));
    await page.reload();
    await chooseSlot(visitor, 20);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByLabel('First name').fill('Barbara');
    await page.getByLabel('Last name').fill('Liskov');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByText('Held for you').waitFor();
    await page.getByRole('button', { name: /Barbara/ }).waitFor();
  });
});

/** A supplier of more experiences than there are cards for, and nobody else who offers anything. */
async function playTours(opened: AsyncDisposableStack): Promise<Record<string, string>> {
  const tours = opened.use(await startSimulator({ kind: 'per-date' }));
  const products = [14, ...Array.from({ length: 12 }, (_, index) => 101 + index)];
  const supplier = { id: 'tours', adapter: 'per-date', base_url: tours.url, pull_limits: ['30/1m'] };
  const file = opened.use(await writeSuppliersFile([{ ...supplier, products, time_zone: 'Asia/Singapore' }]));
  return { SUPPLIERS_FILE: file.path, HOLDFAST_SAMPLES: 'off' };
}

inBrowser('experiences, and no provider', playTours, (site) => {
  it('offers the first twelve, opens the first, and any other by its number', async () => {
    const { page } = await site.visit('#/book');
    const cards = page.locator('.what-card');
    await cards.first().waitFor();
    expect(await cards.count()).toBe(12);
    expect(await page.locator('.what-card[aria-current]').textContent()).toContain('Experience 14');
    await page.locator('.day-choice').waitFor();
    expect(await page.getByText('Nobody offers time yet.').count()).toBe(0);
    await page.getByLabel('Number of another experience').fill('112');
    await page.keyboard.press('Enter');
    await page.locator('.what-card[aria-current]', { hasText: 'Experience 112' }).waitFor();
    expect(await cards.count()).toBe(13);
  });
});

inBrowser('nobody and nothing', { HOLDFAST_SAMPLES: 'off' }, (site) => {
  it('says so, and shows no experience', async () => {
    const { page } = await site.visit('#/book');
    await page.getByText('Nobody offers time yet.').waitFor();
    expect(await page.locator('.what-card').count()).toBe(0);
    expect(await page.getByLabel('Number of another experience').count()).toBe(0);
  });
});

inBrowser('a short hold', { HOLD_TTL: '3s' }, (site) => {
  it('runs out in sight, and is free again', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const id = await chooseSlot(visitor, 2);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByText('Held for you').waitFor();
    await page.getByText('Your hold has run out').waitFor({ timeout: 15_000 });
    await page.locator(`[data-slot="${id}"]:enabled`).waitFor({ timeout: 15_000 });
  });
});
