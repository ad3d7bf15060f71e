import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { freePort } from './support/server/free-port.ts';
import { isInstalled } from './support/server/installed.ts';

/** The receivers of docs/webhooks.md, each run as the document says. */

const DOCUMENT = new URL('../docs/webhooks.md', import.meta.url);
const CLIENT = new URL('../client/index.ts', import.meta.url);
const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const SECRET = secretOf(251);
const OTHER_SECRET = secretOf(2);
const BODY = JSON.stringify({
  type: 'reservation.confirmed',
  timestamp: '2026-11-28T09:00:00Z',
  data: { reservation_id: 7, name: 'Zoë/\u2028 😀', price: '10.50' },
});

interface Runtime {
  /** The name of the language in the document's code fence. */
  readonly language: string;
  readonly command: string;
  readonly file: string;
  readonly args: (port: number) => string[];
}

const RUNTIMES: readonly Runtime[] = [
  { language: 'js', command: process.execPath, file: 'receive.mjs', args: () => ['receive.mjs'] },
  { language: 'python', command: 'python3', file: 'receive.py', args: () => ['receive.py'] },
  { language: 'php', command: 'php', file: 'receive.php', args: (port) => ['-S', `127.0.0.1:${port}`, 'receive.php'] },
];

async function readReceiver(language: string): Promise<string> {
  const text = await readFile(DOCUMENT, 'utf8');
  const section = text.slice(text.indexOf('## Receive webhooks'), text.indexOf('## Replace a secret'));
  const code = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(section)?.[1];
  if (code === undefined) throw new Error(`docs/webhooks.md has no receiver in ${language}`);
  return code.replace("'holdfast-client'", JSON.stringify(fileURLToPath(CLIENT)));
}

interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** The bodies of the stored events by name of the file, without the new ones. */
  inbox(): Promise<string[]>;
}

async function startReceiver({ language, command, file, args }: Runtime): Promise<Receiver> {
  const cwd = await mkdtemp(join(tmpdir(), 'holdfast-receiver-'));
  await writeFile(join(cwd, file), await readReceiver(language));
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: SECRET };
  const child = spawn(command, args(port), { cwd, env, stdio: 'pipe' });
  const printed: Buffer[] = [];
  child.stderr.on('data', (data: Buffer) => printed.push(data));
  child.stdout.resume();
  const ended = once(child, 'exit');
  await waitForAnswer(port, child, () => Buffer.concat(printed).toString());
  return {
    port,
    inbox: () => readdir(join(cwd, 'inbox')),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(cwd, { recursive: true });
    },
  };
}

async function waitForAnswer(port: number, child: ChildProcess, printed: () => string): Promise<void> {
  for (const giveUpAt = performance.now() + 20_000; performance.now() < giveUpAt; ) {
    if (child.exitCode !== null) break;
    const answered = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' }).catch(() => undefined);
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the receiver does not answer: ${printed()}`);
}

function sign({ id = 'evt_1', ageS = 0, secrets = [SECRET], body = BODY } = {}): Record<string, string> {
  const at = new Date(Math.floor(Date.now() / 1_000 - ageS) * 1_000);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body));
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(at.getTime() / 1_000),
    'webhook-signature': signatures.join(' '),
  };
}

const TOO_LARGE = 'too large';

/** Requests by name, with the statuses that a correct receiver answers. */
const CASES: readonly (readonly [name: string, status: number, send: () => RequestInit])[] = [
  ['good', 204, () => ({ headers: sign(), body: BODY })],
  ['the same again', 204, () => ({ headers: sign(), body: BODY })],
  [
    'signed by two secrets',
    204,
    () => ({ headers: sign({ id: 'evt_2', secrets: [OTHER_SECRET, SECRET] }), body: BODY }),
  ],
  ['another body', 400, () => ({ headers: sign({ id: 'evt_3' }), body: BODY.replace('7', '8') })],
  [
    'the body written again',
    400,
    () => ({ headers: sign({ id: 'evt_3' }), body: JSON.stringify(JSON.parse(BODY), null, 1) }),
  ],
  ['another id', 400, () => ({ headers: { ...sign(), 'webhook-id': 'evt_3' }, body: BODY })],
  ['another secret', 400, () => ({ headers: sign({ id: 'evt_3', secrets: [OTHER_SECRET] }), body: BODY })],
  ['too old', 400, () => ({ headers: sign({ id: 'evt_3', ageS: 400 }), body: BODY })],
  ['too new', 400, () => ({ headers: sign({ id: 'evt_3', ageS: -400 }), body: BODY })],
  ['an id that is a path', 400, () => ({ headers: sign({ id: '../evt_3' }), body: BODY })],
  ['unsigned', 400, () => ({ headers: {}, body: BODY })],
  ['an empty signature', 400, () => ({ headers: { ...sign(), 'webhook-signature': '' }, body: BODY })],
  [TOO_LARGE, 413, () => ({ headers: sign({ body: 'x'.repeat(70_000) }), body: 'x'.repeat(70_000) })],
];

/**
 * The statuses that a receiver answers, by name of the request. A receiver may close the connection of a body that is too
 * large before the answer has arrived; that counts as 413.
 */
async function statusesOf(port: number): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  for (const [name, , send] of CASES) {
    const response = await fetch(`http://127.0.0.1:${port}/hook`, { method: 'POST', ...send() }).catch(
      (error: unknown) => {
        if (name === TOO_LARGE) return undefined;
        throw error;
      },
    );
    await response?.arrayBuffer();
    statuses[name] = response?.status ?? 413;
  }
  return statuses;
}

const EXPECTED = Object.fromEntries(CASES.map(([name, status]) => [name, status]));

describe('the receivers of docs/webhooks.md', () => {
  for (const runtime of RUNTIMES) {
    it.skipIf(!isInstalled(runtime.command))(
      `the receiver in ${runtime.language} accepts genuine events once and refuses all others`,
      async () => {
        await using receiver = await startReceiver(runtime);
        expect(await statusesOf(receiver.port)).toEqual(EXPECTED);
        expect((await receiver.inbox()).sort()).toEqual(['evt_1.json', 'evt_2.json']);
      },
    );
  }

  async function statusesOfListener(listener: RequestListener): Promise<Record<string, number>> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const statuses = await statusesOf((server.address() as AddressInfo).port);
    server.close();
    server.closeAllConnections();
    return statuses;
  }

  it('control: a receiver that verifies a body written again refuses what is genuine, or accepts what is not', async () => {
    const statuses = await statusesOfListener(async (request, response) => {
      const text = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
      try {
        new Webhook(SECRET).verify(JSON.stringify(JSON.parse(text)), request.headers as Record<string, string>);
        response.writeHead(204).end();
      } catch {
        response.writeHead(400).end();
      }
    });
    expect(statuses['the body written again']).toBe(204);
    expect(statuses).not.toEqual(EXPECTED);
  });
});
