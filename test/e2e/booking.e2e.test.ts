import { expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { inBrowser, type Visitor } from '../support/server/browser.ts';
import { writeSuppliersFile } from '../support/supply/suppliers-file.ts';
import { openLaterDay } from './open-later-day.ts';

/** Chooses a slot of the second available day. Returns its id. */
async function chooseSlot({ page }: Visitor, index: number): Promise<number> {
  await openLaterDay(page);
  const slot = page.locator('.slot:enabled').nth(index);
  const id = Number(await slot.getAttribute('data-slot'));
  await slot.click();
  return id;
}

inBrowser('booking', {}, (site) => {
  it('a slot can be held, confirmed, found in the history and cancelled after a question', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    await chooseSlot(visitor, 0);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByText('Held for you').waitFor();
    expect(await page.locator('.countdown').textContent()).toMatch(/^(30:00|29:\d\d)/);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Your reservation is confirmed.').waitFor();

    await page.getByRole('link', { name: 'My reservations' }).click();
    const row = page.locator('.row').first();
    const id = Number(/no\. (\d+)/.exec((await row.textContent()) ?? '')?.[1]);
    await row.getByText('Confirmed').waitFor();
    await row.getByRole('button', { name: 'History' }).click();
    await row.locator('.history li').nth(1).waitFor();
    expect(await row.locator('.history li > span:first-child').allInnerTexts()).toEqual(['Held', 'Confirmed']);

    // The button only asks, and the question can be declined.
    const cancel = row.getByRole('button', { name: 'Cancel' });
    await cancel.press('Enter');
    const question = page.getByRole('dialog', { name: 'Cancel this reservation?' });
    await question.getByText('The time becomes available to others right away').waitFor();
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
    await row.getByText('Cancelled', { exact: true }).waitFor();
    await page.locator('.success:focus', { hasText: `Reservation ${id} is cancelled.` }).waitFor();
    expect(visitor.errors).toEqual([]);
  });

  it('rescheduling moves a reservation to the new slot and frees the previous slot', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const before = await chooseSlot(visitor, 4);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.locator('.hold-card').getByRole('link', { name: 'Reschedule' }).click();
    await page.getByRole('heading', { name: 'Choose a new time' }).waitFor();
    const after = await chooseSlot(visitor, 6);
    await page.getByRole('button', { name: 'Move to this time' }).click();
    await page.getByText('Rescheduled. Your previous time is available').waitFor();
    const read = (id: number) => site.client.get('/api/v1/slots/{id}', { path: { id } });
    expect(await read(before)).toMatchObject({ remaining: 1 });
    expect(await read(after)).toMatchObject({ remaining: 0 });
  });

  it('of two clients who hold one slot at once, one gets it and the other is offered the nearest slots', async () => {
    const visitors = [await site.visit('#/book?provider=2'), await site.visit('#/book?provider=2')] as const;
    for (const visitor of visitors) await chooseSlot(visitor, 3);
    const clicks = visitors.map(({ page }) => page.getByRole('button', { name: 'Hold this time' }).click());
    // The slower client's button may go before it is clicked. That client has lost the slot as well.
    await Promise.allSettled(clicks);
    const outcomes = await Promise.all(
      visitors.map(async ({ page }) => {
        await page.locator('.hold-card, .taken').first().waitFor();
        return (await page.locator('.taken').count()) === 0 ? 'held' : 'lost';
      }),
    );
    expect([...outcomes].sort()).toEqual(['held', 'lost']);

    const loser = visitors[outcomes.indexOf('lost')];
    expect(await loser?.page.locator('.taken').textContent()).toContain('Nothing was booked for you');
    await loser?.page.locator('.taken-suggestions button').first().click();
    await loser?.page.getByRole('button', { name: 'Hold this time' }).click();
    await loser?.page.getByText('Held for you').waitFor();
  });

  it('a hold whose response is lost is sent again with the same idempotency key', async () => {
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

  it('a chosen slot that another client takes is shown as taken', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const id = await chooseSlot(visitor, 10);
    await site.client.post('/api/v1/reservations', { body: { client_id: 2, slot_id: id } });
    await page.getByText('Someone else was faster').waitFor();
    expect(await page.locator(`[data-slot="${id}"]`).isDisabled()).toBe(true);
  });

  it('a slot can be held with the keyboard alone', async () => {
    const { page } = await site.visit('#/book?provider=1');
    await page.locator('.day[aria-pressed="true"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('.slot:enabled').nth(14).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Hold this time' }).press('Enter');
    await page.getByText('Held for you').waitFor();
  });

  it("the times of an experience are shown by the supplier's clock and by the visitor's", async () => {
    const visitor = await site.visit('#/book?experience=14');
    const { page } = visitor;
    await chooseSlot(visitor, 0);
    const times = page.locator('.slot-time');
    expect((await times.allInnerTexts()).slice(0, 3)).toEqual(['04:00', '04:30', '05:00']);
    // Four in the morning in Singapore is the evening before in Berlin.
    await page.getByText('Singapore time, with your time (Berlin) below.').waitFor();
    const visitorTime = await page.locator('.slot .slot-detail').first().textContent();
    expect(visitorTime).toMatch(/^[A-Z][a-z]{2},? 2[12]:00/);
    const day = await page.locator('.day-slots h2').textContent();
    const form = page.locator('.hold-form');
    expect(await form.locator('.hold-form-time').textContent()).toBe('04:00');
    expect(await form.locator('.hold-form-slot .hint').first().textContent()).toBe(`${day}, Singapore time`);
    const visitorStart = await form.locator('.hold-form-visitor-time').textContent();
    expect(visitorStart).toMatch(/^2[12]:00, .*, your time \(Berlin\)$/);
    expect(visitorStart).not.toContain(day);

    await page.getByRole('button', { name: 'Hold this time' }).click();
    const card = page.locator('.hold-card');
    expect(await card.locator('.hold-card-time').textContent()).toMatch(/^04:00/);
    expect(await card.locator('.hint').allInnerTexts()).toEqual([
      `${day}, Singapore time · Experience 14`,
      visitorStart,
    ]);

    await page.goto(`${site.url}/#/book?experience=15`);
    await page.locator('.slot-time', { hasText: 'All day' }).waitFor();
    expect(await page.locator('.choice-card', { hasText: /Experience/ }).count()).toBe(2);
    expect(await page.getByLabel('Number of another experience').count()).toBe(0);
  });

  it('a whole day in another zone keeps its date in lists, confirmations and history, and shows no clock', async () => {
    for (const timeZone of ['America/Los_Angeles', 'Pacific/Kiritimati']) {
      const { page } = await site.visit('#/book?experience=15', { timeZone });
      await page.locator('.slot', { hasText: 'All day' }).first().click();
      const day = (await page.locator('.day-slots h2').textContent()) ?? '';
      const formHints = await page.locator('.hold-form-slot').allInnerTexts();
      expect(formHints.join().replace(/\s+/g, ' ').trim()).toBe(`All day ${day}`);
      await page.getByRole('button', { name: 'Hold this time' }).click();
      const card = page.locator('.hold-card');
      expect(await card.locator('.hold-card-time').textContent()).toBe('All day');
      expect(await card.locator('.hint').allInnerTexts()).toEqual([`${day} · Experience 15`]);
      await card.getByRole('button', { name: 'Confirm' }).click();
      await page.getByRole('link', { name: 'My reservations' }).click();
      await page.locator('.row-title', { hasText: `${day}, All day` }).waitFor();
    }
  });

  it("a provider's times are shown by the provider's calendar and clock first, then by the visitor's", async () => {
    const { provider_id: id } = await site.client.post('/api/v1/providers', {
      body: { first_name: 'Aiko', last_name: 'Sato', time_zone: 'Asia/Tokyo' },
    });
    const ranges = [{ start_time: '2031-05-20 07:00', end_time: '2031-05-20 08:00' }];
    await site.client.post('/api/v1/providers/{id}/availability', { path: { id }, body: { ranges, slot_minutes: 60 } });
    const { page } = await site.visit(`#/book?provider=${id}`, { timeZone: 'America/New_York' });
    const heading = page.locator('.day-slots h2');
    await heading.waitFor();
    const day = (await heading.textContent()) ?? '';
    expect(day).toMatch(/^Tuesday,? 20 May 2031$/);
    const slot = page.locator('.slot');
    expect(await slot.locator('.slot-time').textContent()).toBe('07:00');
    expect(await slot.locator('.slot-detail').textContent()).toMatch(/^Mon,? 18:00 your time$/);
    await slot.click();
    const [place, visitor = ''] = await page.locator('.hold-form-slot .hint').allInnerTexts();
    expect(place).toBe(`${day}, Tokyo time`);
    expect(visitor).toMatch(/^18:00, Monday,? 19 May 2031, your time \(New York\)$/);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    const card = page.locator('.hold-card');
    await card.waitFor();
    expect(await card.locator('.hint').allInnerTexts()).toEqual([`${place} · with Aiko Sato`, visitor]);
    await card.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('link', { name: 'My reservations' }).click();
    const row = page.locator('.row').first();
    await row.waitFor();
    expect(await row.locator('.row-title').textContent()).toBe(`${day}, 07:00 – 08:00, Tokyo time`);
    expect(await row.locator('.hint').first().textContent()).toBe(visitor);
  });

  it('after each step the focus is on its outcome and a screen reader is informed', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const said = (text: RegExp) => page.locator('.announcer', { hasText: text }).waitFor({ state: 'attached' });
    for (const end of ['Confirm', 'Release']) {
      await chooseSlot(visitor, 3);
      await said(/^Chosen: /);
      await page.getByRole('button', { name: 'Hold this time' }).press('Enter');
      await page.locator('.hold-card:focus').waitFor();
      await said(/^On hold until /);
      await page.getByRole('button', { name: 'More time' }).press('Enter');
      await said(/^You have \d+ min to confirm/);
      await page.locator('.hold-card button:focus', { hasText: 'More time' }).waitFor();
      await page.getByRole('button', { name: end }).press('Enter');
      await page.locator('.success:focus').waitFor();
    }
    // In the other view, too.
    await chooseSlot(visitor, 3);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.locator('.hold-card').waitFor();
    await page.goto(`${site.url}/#/reservations`);
    await page.locator('.hold-card').getByRole('button', { name: 'Confirm' }).press('Enter');
    await page.locator('.success:focus', { hasText: 'is confirmed' }).waitFor();
  });

  it('a notice goes when another provider, day or time is chosen', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const others = [
      () => page.getByRole('link', { name: /Jane Doe/ }).click(),
      () => page.locator('.day[data-free]').first().click(),
      () => page.locator('.slot:enabled').first().click(),
    ];
    for (const chooseAnother of others) {
      await page.goto(`${site.url}/#/book?provider=1`);
      await chooseSlot(visitor, 2);
      await page.getByRole('button', { name: 'Hold this time' }).click();
      await page.getByRole('button', { name: 'Release' }).click();
      await page.locator('.success', { hasText: 'Released' }).waitFor();
      await chooseAnother();
      await page.locator('.success').waitFor({ state: 'detached' });
    }
  });

  it('people who cannot book together have a reason, and the hold cannot be pressed', async () => {
    const { page } = await site.visit('#/book?experience=14');
    await page.locator('.slot:enabled').first().click();
    const form = page.locator('.hold-form');
    await form.getByRole('button', { name: 'Fewer: Adult' }).click();
    await form.getByRole('button', { name: 'More: Child' }).click();
    await form.getByText('Every booking needs at least 1 × Adult.').waitFor();
    expect(await form.getByRole('button', { name: /^Hold this time/ }).isDisabled()).toBe(true);
    await form.getByRole('button', { name: 'More: Adult' }).click();
    expect(await form.getByRole('button', { name: /^Hold this time/ }).isEnabled()).toBe(true);
  });

  it('an address with an unknown provider says so, and offers the others', async () => {
    const { page } = await site.visit('#/book?provider=99');
    await page.getByText('There is no provider 99').waitFor();
    await page.getByRole('link', { name: /Jane Doe/ }).click();
    await page.locator('.day[data-free]').first().waitFor();
    expect(await page.getByText('There is no provider').count()).toBe(0);
  });

  it('the hold that expires first is first in every list of holds', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const holds = page.getByRole('region', { name: /^Hold no\. / });
    for (const number of [1, 2]) {
      await chooseSlot(visitor, 1);
      await page.getByRole('button', { name: 'Hold this time' }).click();
      await holds.nth(number - 1).waitFor();
    }
    const names = () => holds.evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')));
    const [first, second] = await names();
    expect(first).not.toBe(second);
    // Expiry times have whole seconds: extended within the second in which the other was held, the order stays.
    const moreTime = page.getByRole('region', { name: first ?? '' }).getByRole('button', { name: 'More time' });
    const extendFirst = async () => {
      const extended = page.waitForResponse((response) => response.url().endsWith('/extend'));
      await moreTime.click();
      await extended;
      return names();
    };
    await expect.poll(extendFirst, { timeout: 10_000 }).toEqual([second, first]);
    await page.goto(`${site.url}/#/reservations`);
    await page.getByRole('heading', { name: 'My reservations' }).waitFor();
    await expect.poll(names).toEqual([second, first]);
  });

  it('the browser forgets a client that the server does not know', async () => {
    const { page } = await site.visit('#/book?provider=1');
    await page.addInitScript(() =>
      localStorage.setItem('holdfast.client', '{"client_id":987654,"first_name":"Ida","last_name":"Rhodes"}'),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Your name' }).waitFor();
  });

  it('a stored client that is broken is forgotten, and no request is made with it', async () => {
    const { page, requestedUrls } = await site.visit('#/book?provider=1');
    for (const broken of ['{"client_id":"abc","first_name":"Ida"}', '{"client_id":-1}', '[]', '"Ida"', '{', '7']) {
      await page.addInitScript((text) => localStorage.setItem('holdfast.client', text), broken);
      await page.goto('about:blank');
      requestedUrls.length = 0;
      await page.goto(`${site.url}/#/reservations`);
      await page.getByRole('heading', { name: 'My reservations' }).waitFor();
      await page.getByRole('button', { name: 'Your name' }).waitFor();
      expect(await page.locator('.problem').count()).toBe(0);
      expect(requestedUrls.filter((url) => /client_id=|\/clients\/[^?]/.test(url))).toEqual([]);
    }
  });

  it('a visitor without a name is asked for it before the first hold', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    await page.addInitScript(() => localStorage.removeItem('holdfast.client'));
    await page.reload();
    await chooseSlot(visitor, 20);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByLabel('First name').fill('Barbara');
    await page.getByLabel('Last name').fill('Liskov');
    await page.getByRole('button', { name: 'Continue' }).click();
    // The button was pressed before, so the hold goes through.
    await page.locator('.hold-card:focus', { hasText: 'Held for you' }).waitFor();
    await page.getByRole('button', { name: /Barbara/ }).waitFor();
  });
});

/** A supplier with more experiences than the page shows cards for, and no provider. */
async function manyExperiences(resources: AsyncDisposableStack): Promise<Record<string, string>> {
  const tours = resources.use(await startSimulator({ kind: 'per-date' }));
  const products = [14, ...Array.from({ length: 12 }, (_, index) => 101 + index)];
  const supplier = { id: 'tours', adapter: 'per-date', base_url: tours.url, pull_limits: ['30/1m'] };
  const file = resources.use(await writeSuppliersFile([{ ...supplier, products, time_zone: 'Asia/Singapore' }]));
  return { SUPPLIERS_FILE: file.path, HOLDFAST_SAMPLES: 'off' };
}

inBrowser('booking with thirteen experiences and no provider', manyExperiences, (site) => {
  it('the page shows twelve experiences, opens the first, and opens any other by its number', async () => {
    const { page } = await site.visit('#/book');
    const cards = page.locator('.choice-card');
    await cards.first().waitFor();
    expect(await cards.count()).toBe(12);
    expect(await page.locator('.choice-card[aria-current]').textContent()).toContain('Experience 14');
    await page.locator('.day-slots').waitFor();
    expect(await page.getByText('There is nothing to book yet').count()).toBe(0);
    await page.getByLabel('Number of another experience').fill('112');
    await page.keyboard.press('Enter');
    await page.locator('.choice-card[aria-current]', { hasText: 'Experience 112' }).waitFor();
    expect(await cards.count()).toBe(13);
  });
});

inBrowser('booking without sample data', { HOLDFAST_SAMPLES: 'off' }, (site) => {
  it('the page says that there is nothing to book, and shows no experience', async () => {
    const { page } = await site.visit('#/book');
    await page.getByText('There is nothing to book yet').waitFor();
    expect(await page.locator('.choice-card').count()).toBe(0);
    expect(await page.getByLabel('Number of another experience').count()).toBe(0);
  });
});

inBrowser('booking with a short hold', { HOLD_TTL: '3s' }, (site) => {
  it('a hold that expires says so, and its slot becomes free again', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    const id = await chooseSlot(visitor, 2);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByText('Held for you').waitFor();
    await page.getByText('Your hold has expired').waitFor({ timeout: 15_000 });
    await page.locator(`[data-slot="${id}"]:enabled`).waitFor({ timeout: 15_000 });
  });

  it('a hold that expires or is cancelled during a reload is announced until it is dismissed', async () => {
    const visitor = await site.visit('#/book?provider=1');
    const { page } = visitor;
    for (const end of ['expired', 'cancelled'] as const) {
      await page.goto(`${site.url}/#/book?provider=1`);
      await chooseSlot(visitor, 3);
      await page.getByRole('button', { name: 'Hold this time' }).click();
      const label = (await page.locator('.hold-card').getAttribute('aria-label')) ?? '';
      const [id = 0, client_id] = [
        Number(/no\. (\d+)/.exec(label)?.[1]),
        await page.evaluate(() => JSON.parse(localStorage.getItem('holdfast.client') ?? '{}').client_id),
      ];
      await page.goto('about:blank');
      const path = { id };
      if (end === 'cancelled')
        await site.client.post('/api/v1/reservations/{id}/cancel', { path, body: { client_id } });
      const status = async () => (await site.client.get('/api/v1/reservations/{id}', { path })).status;
      await expect.poll(status, { timeout: 15_000 }).toBe(end);
      await page.goto(`${site.url}/#/book?provider=1`);
      const card = page.locator('.hold-card', {
        hasText: `Your hold ${end === 'expired' ? 'has expired' : 'was cancelled'}`,
      });
      await card.getByRole('alert').waitFor();
      await card.getByRole('button', { name: 'OK' }).click();
      await card.waitFor({ state: 'detached' });
      await page.reload();
      await page.locator('.slot').first().waitFor();
      expect(await card.count()).toBe(0);
    }
  });
});
