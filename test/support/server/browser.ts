import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { createClient, type HoldfastClient } from '../../../client/index.ts';
import { type ChildServer, startChildServer } from './child-server.ts';

const CHROMIUM_PATHS = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const CHROMIUM_ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];
const NO_CHROMIUM = 'No Chromium was found. Set CHROMIUM to its path.';

const executablePath = CHROMIUM_PATHS.find((path) => path !== '' && existsSync(path));

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors, and violations of the Content-Security-Policy. */
  readonly errors: readonly string[];
  /** The URL of every request, in order. A test may empty it. */
  readonly requestedUrls: string[];
}

interface VisitorOptions {
  readonly theme?: 'light' | 'dark';
  readonly isPhone?: boolean;
  /** Defaults to Europe/Berlin. */
  readonly timeZone?: string;
  /** Opens the page as a visitor who must sign in, without choosing a client. */
  readonly mustSignIn?: boolean;
}

export interface Site {
  readonly url: string;
  /** An API client beside the page. */
  readonly client: HoldfastClient;
  /** Opens the page in a browser context of its own, as a new client. */
  visit(path: string, options?: VisitorOptions): Promise<Visitor>;
}

type Env = Readonly<Record<string, string>>;

/**
 * Runs tests in a browser against a server with sample data. Without a browser the tests are skipped.
 *
 * @param env the server's environment, or a function that prepares it. What the function adds to `resources` is
 *   disposed after the tests.
 */
export function inBrowser(
  name: string,
  env: Env | ((resources: AsyncDisposableStack) => Promise<Env>),
  tests: (site: Site) => void,
): void {
  if (executablePath === undefined) {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(NO_CHROMIUM);
    process.stderr.write(`Skipped: ${name}. ${NO_CHROMIUM}\n`);
  }
  // playwright-core brings no browser, and the machine may have none.
  describe.skipIf(executablePath === undefined)(name, () => {
    let server: ChildServer;
    let browser: Browser;
    let url: string;
    let client: HoldfastClient;
    const contexts: BrowserContext[] = [];
    const resources = new AsyncDisposableStack();

    beforeAll(async () => {
      const prepared = typeof env === 'function' ? await env(resources) : env;
      [server, browser] = await Promise.all([
        startChildServer({ HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'on', ...prepared }),
        chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_ARGS }),
      ]);
      url = `http://127.0.0.1:${server.port}`;
      client = createClient({ baseUrl: url, fetch: withKey(prepared.HOLDFAST_OPERATOR_KEY) });
    });
    afterAll(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      await browser?.close();
      await server?.[Symbol.asyncDispose]();
      await resources.disposeAsync();
    });

    tests({
      get url() {
        return url;
      },
      get client() {
        return client;
      },
      async visit(path, options = {}) {
        const context = await newContext(browser, options);
        contexts.push(context);
        if (!options.mustSignIn) await becomeNewClient(context, client);
        const page = await context.newPage();
        const visitor = { page, context, errors: recordErrors(page), requestedUrls: recordRequests(page) };
        await page.goto(`${url}/${path}`);
        return visitor;
      },
    });
  });
}

/** `fetch` with a key, if there is one. */
function withKey(key: string | undefined): typeof fetch {
  if (key === undefined) return fetch;
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${key}`);
    return fetch(input, { ...init, headers });
  };
}

/** Chooses a new client on every page of a context, so that no test sees the holds of another. */
async function becomeNewClient(context: BrowserContext, client: HoldfastClient): Promise<void> {
  const grace = await client.post('/api/v1/clients', { body: { first_name: 'Grace', last_name: 'Hopper' } });
  await context.addInitScript((current) => localStorage.setItem('holdfast.client', JSON.stringify(current)), grace);
}

function newContext(
  browser: Browser,
  { theme = 'light', isPhone = false, timeZone = 'Europe/Berlin' }: VisitorOptions,
): Promise<BrowserContext> {
  return browser.newContext({
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: timeZone,
    reducedMotion: 'reduce',
    viewport: isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    isMobile: isPhone,
    hasTouch: isPhone,
  });
}

function recordErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text());
  });
  return errors;
}

function recordRequests(page: Page): string[] {
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  return urls;
}
