import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';
import { OPERATOR_KEY } from '../support/server/principals.ts';

const AUTH_ON = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, MIN_NOTICE: '0s' };
/** Everything that the page has put into the browser's storage, except for the session and the theme. */
const REMEMBERED = `JSON.stringify([...Object.entries(localStorage), ...Object.entries(sessionStorage)]
  .filter(([name]) => !/session$|theme$/.test(name)))`;

inBrowser('a session in two tabs', AUTH_ON, (site) => {
  /** A client with a hold, and a key of another client. */
  async function createPeople() {
    const first_name = `Ada${Math.random().toString(36).slice(2)}`;
    const createClient = () => site.client.post('/api/v1/clients', { body: { first_name, last_name: 'Byron' } });
    const [{ client_id }, other] = [await createClient(), await createClient()];
    const { slots } = await site.client.get('/api/v1/slots', { query: { provider_id: 2, available: 'true' } });
    const slot_id = slots.at(-1)?.slot_id ?? 0;
    await site.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    const { key = '' } = await site.client.post('/api/v1/keys', {
      body: { name: 'other', role: 'client', subject: other.client_id },
    });
    return { first_name, key, name: `Client ${other.client_id}` };
  }

  /** Two tabs of one browser, signed in as the operator, who looks at the client's hold. */
  async function openTwoTabs(first_name: string): Promise<{ here: Page; there: Page }> {
    const { page: there, context } = await site.visit('#/reservations', { mustSignIn: true });
    await enter(there, OPERATOR_KEY);
    await there
      .getByRole('button', { name: `${first_name} Byron` })
      .first()
      .click();
    await there.locator('.hold-card').waitFor();
    const here = await context.newPage();
    await here.goto(`${site.url}/#/reservations`);
    await here.locator('.hold-card').waitFor();
    await expect.poll(() => here.evaluate(REMEMBERED)).toContain(first_name);
    return { here, there };
  }

  async function enter(page: Page, key: string): Promise<void> {
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function signOut(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Operator' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  const signInElsewhere = (page: Page, key: string) =>
    page.context().request.post(`${site.url}/api/v1/session`, { data: { key }, headers: { origin: site.url } });
  const returnTo = (page: Page) => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);

  async function expectNothingOf(first_name: string, page: Page): Promise<void> {
    expect(await page.locator('.hold-card').count()).toBe(0);
    expect(await page.content()).not.toContain(first_name);
    const remembered = await page.evaluate(REMEMBERED);
    expect(remembered).not.toContain(first_name);
    expect(remembered).not.toContain('holdfast.holds');
  }

  it('signing out in one tab ends the other, which forgets everything', async () => {
    const { first_name } = await createPeople();
    const { here, there } = await openTwoTabs(first_name);
    await signOut(there);
    await here.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectNothingOf(first_name, here);
    await expectNothingOf(first_name, there);
  });

  it('signing in as another in one tab makes the other show that one alone', async () => {
    const { first_name, key, name } = await createPeople();
    const { here, there } = await openTwoTabs(first_name);
    await signOut(there);
    await enter(there, key);
    await here.getByRole('button', { name }).waitFor();
    await here.getByText('No reservations yet').waitFor();
    await expectNothingOf(first_name, here);
    await here.reload();
    await here.getByText('No reservations yet').waitFor();
    await expectNothingOf(first_name, here);
  });

  it('a tab that heard of no change asks when the visitor returns, and forgets the former principal', async () => {
    const { first_name, key, name } = await createPeople();
    const { here } = await openTwoTabs(first_name);
    expect((await signInElsewhere(here, key)).status()).toBe(204);
    await returnTo(here);
    await here.getByRole('button', { name }).waitFor();
    await here.getByText('No reservations yet').waitFor();
    await expectNothingOf(first_name, here);
  });

  it('a tab whose session is refused forgets the former principal', async () => {
    const { first_name } = await createPeople();
    const { here } = await openTwoTabs(first_name);
    await here.context().clearCookies();
    await here.getByRole('link', { name: 'Vehicles' }).click();
    await here.getByText('Your session has ended.').waitFor();
    await expectNothingOf(first_name, here);
  });

  it('a tab that opens again after another has signed in shows nothing that it kept', async () => {
    const { first_name, key, name } = await createPeople();
    const { here, there } = await openTwoTabs(first_name);
    await here.goto('about:blank');
    await signOut(there);
    await enter(there, key);
    await there.getByRole('button', { name }).waitFor();
    // Without an answer of the server, the page has only what it kept.
    await here.route('**/api/**', () => {});
    await here.goto(`${site.url}/#/reservations`);
    await here.getByRole('button', { name }).waitFor();
    await expectNothingOf(first_name, here);
  });
});
