import { expect, it } from 'vitest';
import { inBrowser } from '../support/browser.ts';

inBrowser("a provider's calendar", {}, (site) => {
  it('posts a dragged stretch with a break, and blocks it with its consequences told before', async () => {
    const { page, complaints } = await site.visit('#/provider?provider=1&week=2030-03-18');
    const column = page.locator('.week-column[data-date="2030-03-20"]');
    const box = await column.boundingBox();
    if (box === null) throw new Error('the day is not shown');
    // The calendar shows 8 to 18 while nothing else is posted: 9 to 12 is from one tenth to four.
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
    await page.getByRole('button', { name: 'Post 15 slots' }).click();
    await page.getByText('15 slots are posted.').waitFor();
    await page.locator('.week-column[data-date="2030-03-20"] .week-slot').nth(4).waitFor();

    const read = () =>
      site.client.get('/api/v1/slots', { query: { provider_id: 1, from: '2030-03-20', to: '2030-03-21' } });
    const starts = (await read()).slots.map(({ start_time }) => start_time.slice(11, 16));
    expect(starts).toEqual(['09:00', '09:30', '10:00', '11:00', '11:30']);

    await page.getByRole('button', { name: 'Block time' }).click();
    await page.getByText('5 free slots can no longer be booked').waitFor();
    expect((await read()).slots.every(({ is_available }) => is_available)).toBe(true);
    await page.getByRole('button', { name: 'Block this time' }).click();
    await page.getByText('5 slots are blocked').waitFor();
    expect((await read()).slots.some(({ is_available }) => is_available)).toBe(false);
    expect(complaints).toEqual([]);
  });
});
