import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type InstalledServer, installPackages, type Project, serveInstalled } from './installed-package.ts';
import { runCommand, runOrThrow } from './run-command.ts';

const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** Books a free slot of provider 1, far enough ahead for the server's notice of 24 hours, and prints its history, without anything that TypeScript has to erase. */
const PROGRAM = `
import { createClient, HoldfastProblem } from 'holdfast-client';

const client = createClient({ baseUrl: process.argv[2] ?? '' });
const stop = new AbortController();
const events = client.events({ topics: ['reservations'], signal: stop.signal });
await events.next();
const { slots } = await client.get('/api/v1/slots', { query: { provider_id: 1, available: 'true' } });
const ahead = slots.find(({ start_time }) => Date.parse(start_time) > Date.now() + 25 * 3_600_000);
const body = { client_id: 1, slot_id: ahead?.slot_id ?? 0 };
const held = await client.post('/api/v1/reservations', { body });
const path = { id: held.reservation_id };
await client.post('/api/v1/reservations/{id}/confirm', { path, body: { client_id: 1 } });
const { history } = await client.get('/api/v1/reservations/{id}/history', { path });
const refused = await client.post('/api/v1/reservations', { body }).catch((error) => error);
const event = (await events.next()).value;
stop.abort();
console.log(JSON.stringify({
  node: process.versions.node,
  history: history.map(({ status }) => status),
  refused: refused instanceof HoldfastProblem && refused.type,
  event: event?.type,
}));
`;

/** The program with types, and mistakes that must not compile. */
const TYPED_PROGRAM = `${PROGRAM}
import type { HoldfastEvent, Reservation } from 'holdfast-client';
export const reservation: Reservation = held;
export const slotOf = (each: HoldfastEvent): number | undefined => (each.type === 'slot' ? each.data.slot_id : undefined);
// @ts-expect-error no such path
export const mistakes = () => [client.get('/api/v1/slot'),
  // @ts-expect-error no such field
  held.reservation,
];
`;

let server: InstalledServer;

beforeAll(async () => {
  server = await serveInstalled(await installPackages('26', [inject('serverTarball')]));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function expectBooking(project: Project, program: string, version: string): Promise<void> {
  const printed = JSON.parse(await runOrThrow('node', [program, server.address], project)) as unknown;
  expect(printed).toEqual({
    node: expect.stringMatching(`^${version}\\.`),
    history: ['held', 'confirmed'],
    refused: 'slot-taken',
    event: 'reservation',
  });
}

describe.each(['22', '24', '26'])('holdfast-client on Node %s', (version) => {
  it(`the installed client books from plain JavaScript on Node ${version}`, async () => {
    const project = await installPackages(version, [inject('clientTarball')]);
    const lock = JSON.parse(await readFile(join(project.cwd, 'package-lock.json'), 'utf8')) as { packages: object };
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/holdfast-client']);
    await writeFile(join(project.cwd, 'book.js'), PROGRAM);
    await expectBooking(project, 'book.js', version);
  });
});

/** Verifies a webhook, and the same with another body, without anything but what the client exports. */
const RECEIVER = `
import { verifyWebhook } from 'holdfast-client';

const [secret, body, headers] = JSON.parse(process.argv[2] ?? '');
const { type } = await verifyWebhook(body, new Headers(headers), secret);
const refused = await verifyWebhook(body + ' ', headers, secret).catch((error) => error.reason);
console.log(JSON.stringify({ type, refused }));
`;

describe.each(['22', '24', '26'])('verifyWebhook on Node %s', (version) => {
  it(`the installed client verifies a webhook on Node ${version}`, async () => {
    const project = await installPackages(version, [inject('clientTarball')]);
    await writeFile(join(project.cwd, 'receive.js'), RECEIVER);
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const body = JSON.stringify({ type: 'webhook.test', timestamp: '2026-11-28T09:00:00Z', data: {} });
    const now = new Date();
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign('evt_1', now, body),
    };
    const printed = await runOrThrow('node', ['receive.js', JSON.stringify([secret, body, headers])], project);
    expect(JSON.parse(printed)).toEqual({ type: 'webhook.test', refused: 'wrong-signature' });
  });
});

describe('the types of holdfast-client', () => {
  let project: Project;

  beforeAll(async () => {
    project = await installPackages('26', [inject('clientTarball'), '@types/node@26']);
    await writeFile(join(project.cwd, 'book.ts'), TYPED_PROGRAM);
  });

  it.each([
    ['nodenext', { module: 'nodenext', lib: ['es2023'], types: ['node'] }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], types: ['node'] }],
  ])('a TypeScript project with moduleResolution %s compiles against the installed client', async (name, options) => {
    const compilerOptions = { ...options, target: 'es2023', strict: true, skipLibCheck: false, noEmit: true };
    const config = `tsconfig.${name}.json`;
    await writeFile(join(project.cwd, config), JSON.stringify({ compilerOptions, files: ['book.ts'] }));
    expect(await runCommand('node', [COMPILER, '-p', config], project)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('a TypeScript program books with the installed client', async () => {
    await expectBooking(project, 'book.ts', '26');
  });
});
