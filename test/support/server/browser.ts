import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { createClient, type HoldfastClient } from '../../../client/index.ts';
import { type ChildServer, startChildServer } from './child-server.ts';

const CANDIDATES = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

const executablePath = CANDIDATES.find((path) => path !== '' && existsSync(path));

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong where nobody looked: uncaught errors, and what the Content-Security-Policy refused. */
  readonly complaints: readonly string[];
  /** Every address that was asked for. */
  readonly asked: string[];
}

interface VisitorOptions {
  readonly theme?: 'light' | 'dark';
  readonly isPhone?: boolean;
}

export interface Site {
  readonly url: string;
  /** Asks beside the page. */
  readonly client: HoldfastClient;
  visit(path: string, options?: VisitorOptions): Promise<Visitor>;
}

type Env = Readonly<Record<string, string>>;

/**
 * Runs tests against a server with samples, in a browser; without a browser they are skipped.
 *
 * @param env what the server is told, or what makes it ready beforehand: what that opens stays open until it is gone
 */
export function inBrowser(
  name: string,
  env: Env | ((opened: AsyncDisposableStack) => Promise<Env>),
  tests: (site: Site) => void,
): void {
  if (executablePath === undefined) {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error('no Chromium was found; CHROMIUM can tell where it is');
    process.stderr.write(`Skipped: ${name}. No Chromium was found; CHROMIUM can tell where it is.\n`);
  }
  // A machine may have no browser, and playwright-core brings none. It was said above.
  describe.skipIf(executablePath === undefined)(name, () => {
    let server: ChildServer;
    let browser: Browser;
    let url: string;
    let client: HoldfastClient;
    const contexts: BrowserContext[] = [];
    const opened = new AsyncDisposableStack();

    beforeAll(async () => {
      const given = typeof env === 'function' ? await env(opened) : env;
      const samples = { HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'on' };
      [server, browser] = await Promise.all([
        startChildServer({ ...samples, ...given }),
        chromium.launch({ executablePath: executablePath ?? '', args: QUIET }),
      ]);
      url = `http://127.0.0.1:${server.port}`;
      client = createClient({ baseUrl: url });
    });
    afterAll(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      await browser?.close();
      await server?.[Symbol.asyncDispose]();
      await opened.disposeAsync();
    });

    tests({
      get url() {
        return url;
      },
      get client() {
        return client;
      },
      async visit(path, { theme = 'light', isPhone = false } = {}) {
        const context = await browser.newContext({
          ...{ colorScheme: theme, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' },
          viewport: isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
          isMobile: isPhone,
          hasTouch: isPhone,
        });
        contexts.push(context);
        // Somebody new, so that no test finds the holds of another.
        await context.addInitScript(
          (somebody) => localStorage.setItem('holdfast.client', JSON.stringify(somebody)),
          await client.post('/api/v1/clients', { body: { first_name: 'Grace', last_name: 'Hopper' } }),
        );
        const page = await context.newPage();
        const complaints: string[] = [];
        const asked: string[] = [];
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('console', (message) => {
          if (message.text().includes('Content Security Policy')) complaints.push(message.text());
        });
        page.on('request', (request) => asked.push(request.url()));
        await page.goto(`${url}/${path}`);
        return { page, context, complaints, asked };
      },
    });
  });
}
