import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';
import { OPERATOR_KEY } from '../support/server/principals.ts';
import { type Receiver, startReceiver } from '../support/webhooks/receiver.ts';
import { axeViolations } from './axe-violations.ts';

const LOOPBACK = { WEBHOOK_ALLOW: '127.0.0.0/8' };
/** The receiver cannot know the secret before the page has created the webhook, and does not check signatures here. */
const NO_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8fVCoM0H1zA=';

const overflowOf = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Sum of the layout shifts so far that no action of the visitor explains. */
const LAYOUT_SHIFT = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})`;

inBrowser('webhooks', LOOPBACK, (site) => {
  async function createWebhook(url: string, description?: string): Promise<number> {
    const body = { url, ...(description !== undefined && { description }) };
    const { webhook_id } = await site.client.post('/api/v1/webhooks', { body });
    return webhook_id;
  }

  const newestRow = (page: Page) => page.locator('[data-delivery]').first();

  async function sendTestEvent(page: Page, receiver: Receiver): Promise<void> {
    const before = receiver.received.length;
    await page.getByRole('button', { name: 'Send test event' }).click();
    await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBeGreaterThan(before);
  }

  it('a webhook is created in the page, and a test event arrives with its payload', async () => {
    await using receiver = await startReceiver(NO_SECRET);
    const { page, context, errors } = await site.visit('#/webhooks');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByLabel('Description').fill('Stock of the shop');
    await page.getByLabel('Only the ones I choose').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('Choose at least one event.').waitFor();
    await page.getByLabel('Orders').check();
    await page.getByText('0 of 8 events of Reservations').click();
    await page.getByLabel('Held').first().check();
    await page.getByRole('dialog').getByRole('button', { name: 'Add webhook' }).click();
    const secret = await page.getByRole('textbox', { name: 'Secret' }).inputValue();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret);
    await page.getByRole('button', { name: 'Open webhook' }).click();
    await page.getByRole('heading', { name: receiver.url }).waitFor();
    await page.getByText('Reservations (held), Orders').waitFor();

    await sendTestEvent(page, receiver);
    await newestRow(page).getByText('Delivered').waitFor();
    await newestRow(page).getByText('Answered 204').waitFor();
    await newestRow(page).getByRole('button').click();
    const payload = await page.getByRole('region', { name: 'Payload' }).locator('pre').textContent();
    expect(JSON.parse(payload ?? '')).toEqual(JSON.parse(receiver.received[0]?.body ?? ''));
    expect(payload).toContain('\n  "type": "webhook.test"');
    expect(errors).toEqual([]);
  });

  it('a failure shows its reason and the answer, and a replay delivers the event', async () => {
    await using receiver = await startReceiver(NO_SECRET);
    receiver.behave(() => (response) => void response.writeHead(500).end('The shelf is full.'));
    const id = await createWebhook(receiver.url);
    const { page } = await site.visit(`#/webhooks?webhook=${id}`);
    await sendTestEvent(page, receiver);
    await newestRow(page).getByText('Failed').waitFor();
    await newestRow(page).getByText('The receiver answered 500.').waitFor();
    await page.getByRole('button', { name: 'Delivered' }).click();
    await page.getByText('No delivered deliveries').waitFor();
    await page.getByRole('button', { name: 'Failed' }).click();
    await newestRow(page).getByRole('button').click();
    await page.getByText('The shelf is full.').waitFor();
    receiver.behave(() => 204);
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByRole('dialog').getByText('Answered 204').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('No failed deliveries').waitFor();
    expect(new Set(receiver.received.map(({ eventId }) => eventId)).size).toBe(1);
  });

  it('a webhook is edited, disabled, enabled, and deleted', async () => {
    const id = await createWebhook('http://127.0.0.1:9/before', 'First name');
    const { page } = await site.visit(`#/webhooks?webhook=${id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('URL').fill('https://10.0.0.1/hooks');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('The URL').waitFor();
    await page.getByLabel('URL').fill('http://127.0.0.1:9/after');
    await page.getByLabel('Description').fill('Second name');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'http://127.0.0.1:9/after' }).waitFor();
    await page.getByText('Second name').waitFor();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Its owner disabled it.').waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('Active', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Go back' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Yes, delete' }).click();
    await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
    await page.goto(`${site.url}/#/webhooks?webhook=${id}`);
    await page.getByText(`There is no webhook ${id}`).waitFor();
  });

  it('the secret is shown again and replaced, and the page keeps neither', async () => {
    const id = await createWebhook('http://127.0.0.1:9/secret');
    const { page } = await site.visit(`#/webhooks?webhook=${id}`);
    await page.getByRole('button', { name: 'Show secret' }).click();
    const old = await page.getByRole('textbox', { name: 'Secret' }).inputValue();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByText('For 24 hours the old secret and the new one both sign').waitFor();
    await page.getByRole('button', { name: 'Create a new secret' }).click();
    await page.getByRole('heading', { name: 'Your new secret' }).waitFor();
    const replaced = await page.getByRole('textbox', { name: 'Secret' }).inputValue();
    expect(replaced).not.toBe(old);
    expect(await site.client.get('/api/v1/webhooks/{id}/secret', { path: { id } })).toEqual({ secret: replaced });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Show secret' }).waitFor();
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).not.toContain('whsec_');
    expect(await page.content()).not.toContain('whsec_');
  });

  it('deliveries have pages', async () => {
    await using receiver = await startReceiver(NO_SECRET);
    const id = await createWebhook(receiver.url);
    for (let sent = 0; sent < 21; sent += 1) await site.client.post('/api/v1/webhooks/{id}/test', { path: { id } });
    const { page } = await site.visit(`#/webhooks?webhook=${id}`);
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => page.locator('[data-delivery]').count()).toBe(1);
    await page.getByRole('button', { name: 'Newer' }).click();
    await expect.poll(() => page.locator('[data-delivery]').count()).toBe(20);
  });

  it.each([
    { theme: 'light', isPhone: false },
    { theme: 'dark', isPhone: true },
  ] as const)(
    'list, form and delivery are accessible and do not shift (theme: $theme, phone: $isPhone)',
    async (options) => {
      await using receiver = await startReceiver(NO_SECRET);
      const longUrl = `${receiver.url}/${'a-long-path/'.repeat(20)}`;
      const id = await createWebhook(longUrl, 'Stock of the shop');
      const { page } = await site.visit('#/webhooks', options);
      const check = async (what: string) => {
        expect(await axeViolations(page), what).toEqual([]);
        expect(await overflowOf(page), what).toBeLessThanOrEqual(0);
      };
      await page.getByRole('link', { name: longUrl }).waitFor();
      await check('the list');
      await page.getByRole('button', { name: 'Add webhook' }).click();
      await page.getByLabel('Only the ones I choose').check();
      await page.getByText('0 of 8 events of Reservations').click();
      await check('the form');
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: longUrl }).click();
      await page.getByText('Nothing sent yet').waitFor();
      await check('a webhook without deliveries');
      await sendTestEvent(page, receiver);
      await newestRow(page).getByText('Delivered').waitFor();
      await check('a webhook');
      await newestRow(page).getByRole('button').click();
      await page.getByRole('region', { name: 'Payload' }).waitFor();
      await check('a delivery');
      await page.goto(`${site.url}/#/webhooks?webhook=${id}`);
      await page.reload();
      await newestRow(page).waitFor();
      expect(await page.evaluate(LAYOUT_SHIFT)).toBeLessThan(0.02);
    },
  );
});

inBrowser('no webhooks', LOOPBACK, (site) => {
  it('without webhooks the view says what they are, and links to the documentation', async () => {
    const { page } = await site.visit('#/webhooks');
    await page.getByText('No webhooks yet').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Read how to receive webhooks' }).click();
    await page.getByRole('heading', { name: 'Webhooks' }).first().waitFor();
  });
});

inBrowser('webhooks with access control', { ...LOOPBACK, AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY }, (site) => {
  async function signIn(role: 'viewer' | 'service' | 'provider', subject?: number) {
    const { key = '' } = await site.client.post('/api/v1/keys', {
      body: { name: role, role, ...(subject !== undefined && { subject }) },
    });
    const { page } = await site.visit('#/webhooks', { mustSignIn: true });
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    return page;
  }

  it('a provider sees and creates its own webhooks alone', async () => {
    const name = { first_name: 'Ada', last_name: 'Byron' };
    const { provider_id } = await site.client.post('/api/v1/providers', { body: name });
    const foreign = { url: 'http://127.0.0.1:9/foreign' };
    const { webhook_id } = await site.client.post('/api/v1/webhooks', { body: foreign });
    await site.client.post('/api/v1/webhooks', { body: { url: 'http://127.0.0.1:9/own', provider_id } });
    const page = await signIn('provider', provider_id);
    await page.getByRole('link', { name: '/own' }).waitFor();
    expect(await page.getByText(foreign.url).count()).toBe(0);
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByLabel('URL').fill('http://127.0.0.1:9/second');
    expect(await page.getByLabel('Provider').count()).toBe(0);
    await page.getByRole('dialog').getByRole('button', { name: 'Add webhook' }).click();
    await page.getByRole('button', { name: 'Open webhook' }).click();
    await page.getByRole('heading', { name: '/second' }).waitFor();
    await page.goto(`${site.url}/#/webhooks?webhook=${webhook_id}`);
    await page.getByText(`There is no webhook ${webhook_id}`).waitFor();
  });

  it.each(['viewer', 'service'] as const)('a %s has no view of webhooks', async (role) => {
    const page = await signIn(role);
    await page.getByText('Your key does not open this page').waitFor();
    expect(await page.getByRole('link', { name: 'Webhooks' }).count()).toBe(0);
  });
});
