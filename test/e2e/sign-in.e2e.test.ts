import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';
import { OPERATOR_KEY } from '../support/server/principals.ts';
import { axeViolations } from './axe-violations.ts';

const AUTH_ON = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, MIN_NOTICE: '0s' };
type Role = 'operator' | 'service' | 'viewer' | 'provider' | 'client' | 'monitor' | 'reseller';

/** Controls in the header that overlap another, and those outside the window. */
const OVERLAPS = `(() => {
  const boxes = [...document.querySelectorAll('.bar :is(a, button)')]
    .filter((each) => getComputedStyle(each.parentElement).position !== 'fixed')
    .map((each) => [each.innerText, each.getBoundingClientRect()]);
  const outside = boxes.filter(([, box]) => box.left < 0 || box.right > document.documentElement.clientWidth);
  const overlapping = boxes.filter(([, box], i) => boxes.slice(0, i).some(([, other]) => other.right > box.left));
  return [...outside, ...overlapping].map(([text]) => text);
})()`;

inBrowser('signing in', AUTH_ON, (site) => {
  const name = { first_name: 'Ada', last_name: 'Byron' };
  const createKey = (role: Role, subject?: number | string) =>
    site.client.post('/api/v1/keys', { body: { name: role, role, ...(subject !== undefined && { subject }) } });

  async function createClientKey(): Promise<{ key: string; key_id: string; client_id: number }> {
    const { client_id } = await site.client.post('/api/v1/clients', { body: name });
    const { key = '', key_id } = await createKey('client', client_id);
    return { key, key_id, client_id };
  }

  async function createProviderKey(): Promise<{ key: string; provider_id: number }> {
    const { provider_id } = await site.client.post('/api/v1/providers', { body: name });
    const { key = '' } = await createKey('provider', provider_id);
    return { key, provider_id };
  }

  async function offerTomorrow(id: number): Promise<number[]> {
    const date = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const range = { start_time: `${date}T09:00:00Z`, end_time: `${date}T10:00:00Z` };
    const { slots } = await site.client.post('/api/v1/providers/{id}/availability', {
      path: { id },
      body: { ranges: [range] },
    });
    return slots.map(({ slot_id }) => slot_id);
  }

  async function visit(path = '') {
    const visitor = await site.visit(path, { mustSignIn: true });
    await visitor.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    return visitor;
  }

  async function enter(page: Page, key: string): Promise<void> {
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  const views = (page: Page) => page.getByRole('navigation', { name: 'Views' }).getByRole('link').allInnerTexts();
  const cookieOf = async (page: Page) => (await page.context().cookies()).find(({ name }) => name === 'hf_session');

  it('an operator signs in, sees every view, and signs out', async () => {
    const { page, errors } = await visit();
    expect(await page.locator(':focus').getAttribute('type')).toBe('password');
    await enter(page, OPERATOR_KEY);
    await page.getByRole('heading', { name: 'Book a time' }).waitFor();
    expect(await views(page)).toHaveLength(8);
    expect(await cookieOf(page)).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: false, path: '/' });
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('button', { name: /^Pause sample-venue/ }).waitFor();
    await page.getByRole('button', { name: 'Operator' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await cookieOf(page)).toBeUndefined();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('a wrong key is refused in words, and the field is ready for another', async () => {
    const { page } = await visit();
    await enter(page, 'open sesame');
    await page.getByRole('alert').getByText('This key is not valid.').waitFor();
    expect(await page.getByLabel('Key').getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.type(OPERATOR_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Book a time' }).waitFor();
  });

  it('a client holds and confirms as itself, without saying who it is', async () => {
    const { key, client_id } = await createClientKey();
    const { provider_id } = await createProviderKey();
    const [slot = 0] = await offerTomorrow(provider_id);
    const { page, errors } = await visit(`#/book?provider=${provider_id}`);
    await enter(page, key);
    await page.locator(`[data-slot="${slot}"]`).click();
    expect(await views(page)).toEqual(['Book', 'Reservations', 'Items']);
    expect(await page.locator('.client-menu-button').count()).toBe(0);
    await page.getByRole('button', { name: 'Hold this time' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Your reservation is confirmed.').waitFor();
    const { reservations } = await site.client.get('/api/v1/reservations', { query: { client_id } });
    expect(reservations).toMatchObject([{ slot_id: slot, status: 'confirmed' }]);
    await page.goto(`${site.url}/#/orders`);
    await page.getByText('Your key does not open this page').waitFor();
    expect(errors).toEqual([]);
  });

  it('a provider sees its own calendar and reservations, and cancels one', async () => {
    const { key, provider_id } = await createProviderKey();
    const { client_id } = await createClientKey();
    const [slot_id = 0] = await offerTomorrow(provider_id);
    const { reservation_id } = await site.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    const { page, errors } = await visit();
    await enter(page, key);
    await page.getByRole('heading', { name: 'Calendar' }).waitFor();
    await page.getByRole('button', { name: 'Offer time' }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Provider' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Add provider' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Reservations' }).click();
    await page.getByText('Ada Byron').waitFor();
    await page.getByRole('button', { name: /^Cancel/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /cancel/i })
      .last()
      .click();
    await page.getByText(`Reservation ${reservation_id} is cancelled.`).waitFor();
    expect(errors).toEqual([]);
  });

  it('a viewer reads everything and is offered no change', async () => {
    const { provider_id } = await createProviderKey();
    const [slot = 0] = await offerTomorrow(provider_id);
    const { page, errors } = await visit(`#/book?provider=${provider_id}`);
    await enter(page, (await createKey('viewer')).key ?? '');
    await page.locator(`[data-slot="${slot}"]`).click();
    await page.getByText('Your key reads only.').waitFor();
    expect(await page.getByRole('button', { name: 'Hold this time' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Calendar' }).click();
    await page.getByRole('region', { name: 'Week' }).waitFor();
    expect(await page.getByRole('button', { name: /Offer|Add provider/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('heading', { name: 'sample-venue' }).waitFor();
    expect(await page.getByRole('button', { name: /Pause|Resume/ }).count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('a monitor sees operations alone, and a reseller nothing', async () => {
    const monitor = await visit();
    await enter(monitor.page, (await createKey('monitor')).key ?? '');
    await monitor.page.getByRole('heading', { name: 'Live activity' }).waitFor();
    expect(await views(monitor.page)).toEqual(['Operations']);
    const reseller = await visit();
    await enter(reseller.page, (await createKey('reseller', 'Acme')).key ?? '');
    await reseller.page.getByText('This key is for programs').waitFor();
  });

  it('a session that is revoked meanwhile leads to the sign-in, and back to the same address', async () => {
    const { key, key_id } = await createClientKey();
    const { page, requestedUrls } = await visit('#/reservations');
    await page.clock.install();
    await enter(page, key);
    await page.getByRole('heading', { name: 'My reservations' }).waitFor();
    await page.locator('.connection[data-state="live"]').waitFor();
    await site.client.delete('/api/v1/keys/{key_id}', { path: { key_id } });
    await page.getByText('Your session has ended.').waitFor();
    expect(page.url()).toMatch(/#\/reservations$/);
    expect(await page.evaluate('localStorage.getItem("holdfast.session")')).toBeNull();
    requestedUrls.length = 0;
    await page.clock.fastForward('10:00');
    // The page waits for the visitor: it does not try the event stream again.
    expect(requestedUrls).toEqual([]);
    await enter(page, (await createClientKey()).key);
    await page.getByRole('heading', { name: 'My reservations' }).waitFor();
    await page.locator('.connection[data-state="live"]').waitFor();
  });

  it('the header fits every width beside two menus and a long name', async () => {
    const first_name = 'Maximiliane-Wilhelmine';
    await site.client.post('/api/v1/clients', { body: { first_name, last_name: 'Byron' } });
    const { page } = await visit('#/reservations');
    await enter(page, OPERATOR_KEY);
    await page.getByRole('button', { name: first_name }).click();
    await page.getByText('No reservations yet').waitFor();
    await page.getByRole('button', { name: 'Operator' }).waitFor();
    for (const width of [320, 390, 560, 561, 1000, 1120, 1121, 1180, 1240, 1241, 1280, 1281, 1400, 1401]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(OVERLAPS), `at ${width}`).toEqual([]);
    }
  });

  it.each(['light', 'dark'] as const)('the sign-in view and the session menu are accessible in %s', async (theme) => {
    for (const isPhone of [false, true]) {
      const { page } = await site.visit('', { mustSignIn: true, theme, isPhone });
      await page.getByLabel('Key').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await enter(page, OPERATOR_KEY);
      await page.getByRole('button', { name: 'Operator' }).click();
      await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      const width = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(width).toBeLessThanOrEqual(0);
    }
  });
});
