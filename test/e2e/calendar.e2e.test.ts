import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser, type Site } from '../support/server/browser.ts';

const DAY = '2030-03-20';

/** Creates a provider who offers the four quarter-hours from 9 to 10 on DAY. */
async function newCalendar({ client }: Site): Promise<{ provider: number; slots: readonly number[] }> {
  const { provider_id: id } = await client.post('/api/v1/providers', {
    body: { first_name: 'Ada', last_name: 'Berg' },
  });
  const ranges = [{ start_time: `${DAY} 09:00`, end_time: `${DAY} 10:00` }];
  const { slots } = await client.post('/api/v1/providers/{id}/availability', { path: { id }, body: { ranges } });
  return { provider: id, slots: slots.map(({ slot_id }) => slot_id) };
}

function hold({ client }: Site, client_id: number, slot_id: number | undefined) {
  return client.post('/api/v1/reservations', { body: { client_id, slot_id: slot_id ?? 0 } });
}

function confirm({ client }: Site, client_id: number, id: number) {
  return client.post('/api/v1/reservations/{id}/confirm', { path: { id }, body: { client_id } });
}

/** Id of the client that a visitor's page books as. */
function clientOf(page: Page): Promise<number> {
  return page.evaluate(() => JSON.parse(localStorage.getItem('holdfast.client') ?? '{}').client_id);
}

/** A finger on the screen. */
async function fingerOn(page: Page) {
  const session = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  return {
    down: (x: number, y: number) => send('touchStart', [{ x, y }]),
    async move(x: number, fromY: number, toY: number) {
      for (let step = 1; step <= 8; step += 1) {
        await send('touchMove', [{ x, y: fromY + ((toY - fromY) * step) / 8 }]);
      }
    },
    up: () => send('touchEnd', []),
  };
}

inBrowser('calendar', {}, (site) => {
  it('a time selected by dragging is offered with a break, and blocked after its effects are shown', async () => {
    const { page, errors } = await site.visit('#/calendar?provider=1&week=2030-03-18');
    const column = page.locator('.week-column[data-date="2030-03-20"]');
    const box = await column.boundingBox();
    if (box === null) throw new Error('the day is not visible');
    // The empty calendar shows 8 to 18, so 9 to 12 is from one tenth to four tenths of its height.
    const x = box.x + box.width / 2;
    await page.mouse.move(x, box.y + box.height * 0.1 + 1);
    await page.mouse.down();
    await page.mouse.move(x, box.y + box.height * 0.3);
    await page.mouse.move(x, box.y + box.height * 0.4 - 1);
    await page.mouse.up();
    expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe('09:00');
    expect(await page.getByLabel('Until', { exact: true }).inputValue()).toBe('12:00');

    await page.getByLabel('Slot length').selectOption('30');
    await page.getByRole('button', { name: 'Add a break' }).click();
    await page.getByLabel('Repeat weekly until').fill('2030-04-03');
    await page.getByRole('button', { name: 'Offer 15 slots' }).click();
    await page.getByText('15 slots added.').waitFor();
    await page.locator('.week-column[data-date="2030-03-20"] .week-slot').nth(4).waitFor();

    const read = () =>
      site.client.get('/api/v1/slots', { query: { provider_id: 1, from: '2030-03-20', to: '2030-03-21' } });
    const starts = (await read()).slots.map(({ start_time }) => start_time.slice(11, 16));
    expect(starts).toEqual(['09:00', '09:30', '10:00', '11:00', '11:30']);

    await page.getByRole('button', { name: 'Block time' }).click();
    await page.getByText('5 slots will be blocked: 5 free').waitFor();
    expect((await read()).slots.every(({ is_available }) => is_available)).toBe(true);
    await page.getByRole('button', { name: 'Block this time' }).click();
    await page.getByText('5 slots blocked').waitFor();
    expect((await read()).slots.some(({ is_available }) => is_available)).toBe(false);
    expect(errors).toEqual([]);
  });

  it('blocking shows its effect on each reservation beforehand, and the client sees the cancellation', async () => {
    const { provider, slots } = await newCalendar(site);
    const live = async () =>
      (await site.client.get('/api/v1/reservations', { query: { provider_id: provider, live: 'true' } })).reservations;
    const guest = await site.visit('#/reservations');
    const grace = await clientOf(guest.page);
    const { client_id: john } = await site.client.post('/api/v1/clients', {
      body: { first_name: 'John', last_name: 'Bird' },
    });
    await confirm(site, grace, (await hold(site, grace, slots[0])).reservation_id);
    await guest.page.locator('.row[data-status="confirmed"]').waitFor();

    const { page, requestedUrls, errors } = await site.visit(`#/calendar?provider=${provider}&week=2030-03-18`);
    await page.getByRole('button', { name: 'Block time' }).click();
    await page.getByLabel('Day', { exact: true }).fill(DAY);
    await page.getByLabel('From', { exact: true }).fill('09:00');
    await page.getByLabel('Until', { exact: true }).fill('10:00');
    await page.getByText('1 reservation will be kept').waitFor();
    expect(await page.locator('.week-slot[data-state="confirmed"]').textContent()).toContain('Grace Hopper');

    // Other clients make these holds while the form is open.
    const held = await hold(site, john, slots[1]);
    await hold(site, john, slots[2]);
    await page.getByText('3 reservations will be kept').waitFor();
    await page.locator('.effects').getByText('John Bird').nth(1).waitFor();
    const effects = () => page.locator('.effects li').allInnerTexts();
    const until = held.expires_at.slice(11, 16);
    const kept = await effects();
    expect(kept[0]).toMatch(/09:00–09:15\s+Grace Hopper\s+Stays confirmed/);
    expect(kept[1]).toMatch(/09:15–09:30\s+John Bird\s+On hold until/);
    expect(kept[1]).toContain(until);
    expect(await page.locator('.week-slot[data-state="held"]').count()).toBe(2);
    expect(requestedUrls.filter((url) => url.endsWith(`/clients/${john}`))).toHaveLength(1);

    await page.getByLabel('Cancel them').check();
    await page.getByText('3 reservations will be cancelled').waitFor();
    expect((await effects()).map((text) => text.split('\n').at(-1))).toEqual([
      'Will be cancelled. The client sees it right away.',
      'Hold will be cancelled. The client sees it right away.',
      'Hold will be cancelled. The client sees it right away.',
    ]);
    expect((await live()).map(({ status }) => status)).toEqual(['confirmed', 'held', 'held']);

    await page.getByRole('button', { name: 'Block this time' }).click();
    await page.getByText('4 slots blocked, 3 reservations cancelled.').waitFor();
    expect(await page.getByText('Cancelled. The client can see it.').count()).toBe(3);
    await guest.page.locator('.row[data-status="cancelled"]').waitFor();
    await page.locator('.week-slot[data-state="blocked"]').waitFor();
    expect(await live()).toEqual([]);
    expect([...errors, ...guest.errors]).toEqual([]);
  });

  it('the preview of a block counts the slots that its result counts', async () => {
    const { provider, slots } = await newCalendar(site);
    const { client_id } = await site.client.post('/api/v1/clients', {
      body: { first_name: 'John', last_name: 'Bird' },
    });
    for (const slot of slots.slice(0, 2)) await hold(site, client_id, slot);
    const { page } = await site.visit(`#/calendar?provider=${provider}&week=2030-03-18`);
    await page.getByRole('button', { name: 'Block time' }).click();
    await page.getByLabel('Day', { exact: true }).fill(DAY);
    await page.getByLabel('From', { exact: true }).fill('09:00');
    await page.getByLabel('Until', { exact: true }).fill('10:00');
    await page.getByText('4 slots will be blocked: 2 free, 2 with reservations.').waitFor();
    await page.getByRole('button', { name: 'Block this time' }).click();
    await page.getByText('4 slots blocked, 2 reservations kept.').waitFor();
    // Again: only the slots with reservations can still change.
    await page.getByRole('button', { name: 'Check this time again' }).click();
    await page.getByText('2 slots will be blocked: 2 with reservations.').waitFor();
    await page.getByText('2 slots are already blocked.').waitFor();
    await page.getByRole('button', { name: 'Block this time' }).click();
    await page.getByText('2 slots blocked, 2 reservations kept.').waitFor();
  });

  it('a time that ends before it starts has a reason at its field, draws nothing, and can be neither offered nor blocked', async () => {
    const { page } = await site.visit('#/calendar?provider=1&week=2031-03-17');
    await page.locator('.week-selection').waitFor();
    await page.getByLabel('Until', { exact: true }).fill('08:00');
    await page.getByText('Until must be after From.').waitFor();
    expect(await page.getByLabel('Until', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.week-selection').count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Offer \d/ }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Block time' }).click();
    expect(await page.getByRole('button', { name: 'Block this time' }).isDisabled()).toBe(true);
    expect(await page.locator('.slot-effects').count()).toBe(0);
    await page.getByRole('button', { name: 'Offer time' }).click();
    await page.getByLabel('Until', { exact: true }).fill('10:10');
    await page.getByText('10 min are left over').waitFor();
    await page.getByLabel('Slot length').selectOption('10');
    expect(await page.getByRole('button', { name: 'Offer 7 slots' }).isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Offer 7 slots' }).click();
    await page.getByText('7 slots added.').waitFor();
    // The outcome is about that time, and goes with it.
    await page.getByLabel('Until', { exact: true }).fill('10:20');
    await page.getByRole('button', { name: 'Offer 8 slots' }).waitFor();
    expect(await page.getByText('7 slots added.').count()).toBe(0);
  });

  it('a hold in blocked time is kept and can still be confirmed', async () => {
    const { provider, slots } = await newCalendar(site);
    const { page } = await site.visit(`#/calendar?provider=${provider}&week=2030-03-18`);
    const client_id = await clientOf(page);
    await page.getByRole('button', { name: 'Block time' }).click();
    await page.getByLabel('Day', { exact: true }).fill(DAY);
    await page.getByText('No one has booked in this time').waitFor();
    const held = await hold(site, client_id, slots[3]);
    await page.getByText(/On hold until .*, can still be confirmed/).waitFor();
    await page.getByRole('button', { name: 'Block this time' }).click();
    await page.getByText('4 slots blocked, 1 reservation kept').waitFor();
    await page.getByText(/On hold until/).waitFor();
    await page.locator('.week-slot[data-state="held"]').waitFor();
    await confirm(site, client_id, held.reservation_id);
    await page.locator('.week-slot[data-state="confirmed"]').waitFor();
  });

  it('offering time again counts new slots and existing slots separately', async () => {
    const { provider } = await newCalendar(site);
    const { page } = await site.visit(`#/calendar?provider=${provider}&week=2030-03-18`);
    await page.getByLabel('Day', { exact: true }).fill(DAY);
    await page.getByLabel('From', { exact: true }).fill('09:00');
    await page.getByLabel('Until', { exact: true }).fill('10:00');
    await page.getByRole('button', { name: 'Offer 4 slots' }).click();
    await page.getByText('All 4 slots were already there.').waitFor();
    await page.getByLabel('Until', { exact: true }).fill('10:30');
    await page.getByRole('button', { name: 'Offer 6 slots' }).click();
    await page.getByText('2 new slots added. 4 were already there.').waitFor();
    // The next week has not been loaded.
    await page.getByLabel('Repeat weekly until').fill('2030-03-27');
    await page.getByRole('button', { name: 'Offer 12 slots' }).click();
    await page.getByText('6 new slots added. 6 were already there.').waitFor();
    await page.getByRole('button', { name: 'Offer 12 slots' }).click();
    await page.getByText('All 12 slots were already there.').waitFor();
  });

  it('opening another week keeps the weekday of the selection and the position of the buttons', async () => {
    const { provider } = await newCalendar(site);
    const { page } = await site.visit(`#/calendar?provider=${provider}&week=2030-03-18`, { isPhone: true });
    const day = page.getByLabel('Day', { exact: true });
    await day.fill(DAY);
    const next = page.getByRole('button', { name: 'Next week' });
    const age = page.locator('.updated');
    await age.filter({ hasText: 'just now' }).waitFor();
    await next.scrollIntoViewIfNeeded();
    const place = await next.boundingBox();
    const widthBefore = (await age.boundingBox())?.width;
    await age.filter({ hasText: /\d s ago/ }).waitFor();
    // The width of the age changes, and the button does not move.
    expect((await age.boundingBox())?.width).not.toBe(widthBefore);
    expect(await next.boundingBox()).toEqual(place);
    await next.tap();
    expect(await day.inputValue()).toBe('2030-03-27');
    await page.locator('[data-date="2030-03-27"] .week-selection').waitFor();
    expect(await next.boundingBox()).toEqual(place);
    await page.getByRole('button', { name: 'Previous week' }).tap();
    expect(await day.inputValue()).toBe(DAY);
    await page.getByRole('button', { name: 'Today' }).tap();
    await page.locator('[data-today] .week-column').waitFor();
    const date = await day.inputValue();
    expect(new Date(date).getUTCDay()).toBe(new Date(DAY).getUTCDay());
    await page.locator(`[data-date="${date}"] .week-selection`).waitFor();
  });

  it('an address with the former path of the calendar opens the calendar', async () => {
    const { page } = await site.visit('#/provider?provider=2&week=2030-03-18');
    await page.getByRole('heading', { name: 'Calendar' }).waitFor();
    expect(await page.getByLabel('Provider', { exact: true }).inputValue()).toBe('2');
    await page.locator(`.week-column[data-date="${DAY}"]`).waitFor();
  });

  it('a finger selects a time by a long press and by its handles, and scrolls when it only moves', async () => {
    const { provider } = await newCalendar(site);
    const { page, errors } = await site.visit(`#/calendar?provider=${provider}&week=2030-03-18`, { isPhone: true });
    const column = page.locator(`.week-column[data-date="2030-03-19"]`);
    await column.scrollIntoViewIfNeeded();
    const top = () => column.evaluate((element) => element.getBoundingClientRect().top);
    const box = await column.boundingBox();
    if (box === null) throw new Error('the day is not visible');
    const x = box.x + box.width / 2;
    const finger = await fingerOn(page);
    const selected = async () => [
      await page.getByLabel('Day', { exact: true }).inputValue(),
      await page.getByLabel('From', { exact: true }).inputValue(),
      await page.getByLabel('Until', { exact: true }).inputValue(),
    ];
    const initial = await selected();
    const before = await top();

    // A page that still scrolls on momentum ignores a long press.
    const scrollEnd = page.evaluate(
      `new Promise((done) => addEventListener('scrollend', () => done(), { once: true }))`,
    );
    await finger.down(x, 600);
    await finger.move(x, 600, 300);
    await finger.up();
    await scrollEnd;
    expect(await top()).toBeLessThan(before - 100);
    expect(await selected()).toEqual(initial);

    // The calendar shows 8 to 18, so an hour is a tenth of its height.
    const topNow = `document.querySelector('[data-date="2030-03-19"]').getBoundingClientRect().top`;
    await page.evaluate(`scrollBy(0, ${topNow} - 160)`);
    const still = await top();
    const yOf = (hour: number) => still + ((hour - 8) / 10) * box.height;
    await finger.down(x, yOf(9) + 2);
    await page.locator('.week-column[data-selecting="true"]').waitFor();
    await finger.move(x, yOf(9) + 2, yOf(11) - 2);
    await finger.up();
    await expect.poll(selected).toEqual(['2030-03-19', '09:00', '11:00']);
    expect(await top()).toBe(still);

    const grip = await column.locator('[data-grip="until"]').boundingBox();
    if (grip === null) throw new Error('the selection has no handle');
    const [gripX, gripY] = [grip.x + grip.width / 2, grip.y + grip.height / 2];
    await finger.down(gripX, gripY);
    await finger.move(gripX, gripY, gripY + yOf(12) - yOf(11));
    await finger.up();
    await expect.poll(selected).toEqual(['2030-03-19', '09:00', '12:00']);
    expect(await top()).toBe(still);

    await page.getByRole('button', { name: 'Offer or block' }).tap();
    await page.getByRole('button', { name: 'Offer 12 slots' }).tap();
    await page.getByText('12 slots added.').waitFor();
    const offered = await site.client.get('/api/v1/slots', {
      query: { provider_id: provider, from: '2030-03-19', to: DAY, available: 'true' },
    });
    expect(offered.slots).toHaveLength(12);
    expect(errors).toEqual([]);
  });
});

inBrowser('calendar with a short hold', { HOLD_TTL: '6s', SWEEP_EVERY: '24h' }, (site) => {
  it('a hold that expires is no longer counted by the block form, without any event or sweep', async () => {
    const { provider, slots } = await newCalendar(site);
    const { page } = await site.visit(`#/calendar?provider=${provider}&week=2030-03-18`);
    await page.getByRole('button', { name: 'Block time' }).click();
    await page.getByLabel('Day', { exact: true }).fill(DAY);
    await page.getByText('4 slots will be blocked: 4 free').waitFor();
    const { reservation_id: id } = await hold(site, await clientOf(page), slots[0]);
    await page.getByText('1 reservation will be kept').waitFor();
    await page.getByText('4 slots will be blocked: 3 free, 1 with a reservation').waitFor();
    await page.getByText('No one has booked in this time').waitFor();
    await page.getByText('4 slots will be blocked: 4 free').waitFor();
    expect((await site.client.get('/api/v1/reservations/{id}', { path: { id } })).status).toBe('expired');
    expect(await page.locator('.week-slot[data-state="free"]').count()).toBe(4);
  });
});
