import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { verifyWebhook, WebhookVerificationError } from '../index.ts';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const SECRET = secretOf(1);
const OTHER_SECRET = secretOf(2);
const EVENT = { type: 'reservation.confirmed', timestamp: '2026-11-28T09:00:00Z', data: { reservation_id: 7 } };
const BODY = JSON.stringify(EVENT);
const TOLERANCE_S = 300;

interface Sent {
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** A request that the public package signs. */
function sign(body = BODY, { id = 'evt_1', ageS = 0, secrets = [SECRET] } = {}): Sent {
  const at = new Date(Math.floor(Date.now() / 1_000 - ageS) * 1_000);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body));
  return {
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(at.getTime() / 1_000),
      'webhook-signature': signatures.join(' '),
    },
  };
}

function change({ body, headers }: Sent, name: string, value: (old: string) => string): Sent {
  return { body, headers: { ...headers, [name]: value(headers[name] ?? '') } };
}

function without({ body, headers }: Sent, name: string): Sent {
  return { body, headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)) };
}

async function reasonOf({ body, headers }: Sent, secrets: string | string[] = SECRET): Promise<string> {
  const error: unknown = await verifyWebhook(body, headers, secrets).catch((thrown: unknown) => thrown);
  return error instanceof WebhookVerificationError ? error.reason : `accepted or failed: ${String(error)}`;
}

describe('verifyWebhook', () => {
  it('verifyWebhook returns the event of a request that the public package signed', async () => {
    const { body, headers } = sign();
    expect(await verifyWebhook(body, headers, SECRET)).toEqual({ id: 'evt_1', ...EVENT });
  });

  it('verifyWebhook and the public package accept the same random bodies, as text and as bytes', async () => {
    const bodies = fc.record({ type: fc.string({ unit: 'binary' }), timestamp: fc.string(), data: fc.object() });
    await fc.assert(
      fc.asyncProperty(bodies, fc.uint8Array({ minLength: 1, maxLength: 64 }), async (event, key) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`;
        const { body, headers } = sign(JSON.stringify(event), { secrets: [secret] });
        const expected = { id: 'evt_1', ...(JSON.parse(body) as object) };
        expect(await verifyWebhook(body, headers, secret)).toEqual(expected);
        expect(await verifyWebhook(new TextEncoder().encode(body), headers, secret)).toEqual(expected);
        expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      }),
      { numRuns: 300 },
    );
  });

  it('one changed bit anywhere in a body is refused', async () => {
    const { body, headers } = sign();
    const bytes = new TextEncoder().encode(body);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (index, bit) => {
        const changed = Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ (1 << bit) : byte));
        await expect(verifyWebhook(changed, headers, SECRET)).rejects.toMatchObject({ reason: 'wrong-signature' });
      }),
    );
  });

  it.each<[string, Sent, string]>([
    ['another body', { ...sign(), body: BODY.replace('7', '8') }, 'wrong-signature'],
    ['the same body written in another way', { ...sign(), body: JSON.stringify(EVENT, null, 1) }, 'wrong-signature'],
    ['an empty body', { ...sign(), body: '' }, 'wrong-signature'],
    ['another id', change(sign(), 'webhook-id', () => 'evt_2'), 'wrong-signature'],
    ['another time', change(sign(), 'webhook-timestamp', (old) => String(Number(old) - 1)), 'wrong-signature'],
    ['the signature of another secret', sign(BODY, { secrets: [OTHER_SECRET] }), 'wrong-signature'],
    ['a signature with other letters', change(sign(), 'webhook-signature', swapCase), 'wrong-signature'],
    ['a signature cut short', change(sign(), 'webhook-signature', (old) => old.slice(0, -5)), 'malformed-header'],
    ['a signature of version 2', change(sign(), 'webhook-signature', (old) => `v2${old.slice(2)}`), 'malformed-header'],
    ['no version', change(sign(), 'webhook-signature', (old) => old.slice(3)), 'malformed-header'],
    ['a timestamp that is a word', change(sign(), 'webhook-timestamp', () => 'now'), 'malformed-header'],
    ['no id', without(sign(), 'webhook-id'), 'missing-header'],
    ['no timestamp', without(sign(), 'webhook-timestamp'), 'missing-header'],
    ['no signature', without(sign(), 'webhook-signature'), 'missing-header'],
    ['an empty signature', change(sign(), 'webhook-signature', () => ''), 'missing-header'],
    ['a time before the tolerance', sign(BODY, { ageS: TOLERANCE_S + 5 }), 'too-old'],
    ['a time after the tolerance', sign(BODY, { ageS: -TOLERANCE_S - 5 }), 'too-new'],
  ])('verifyWebhook and the public package refuse %s', async (_what, sent, reason) => {
    expect(await reasonOf(sent)).toBe(reason);
    expect(() => new Webhook(SECRET).verify(sent.body, sent.headers)).toThrow();
  });

  it.each<[string, Sent, string]>([
    ['an id that takes over a part of the body', splitElsewhere(), 'malformed-header'],
    ['a timestamp with text after it', change(sign(), 'webhook-timestamp', (old) => `${old}.5`), 'malformed-header'],
    ['a signed body that is not JSON', sign('no JSON'), 'not-an-event'],
    ['a signed body without data', sign(JSON.stringify({ ...EVENT, data: undefined })), 'not-an-event'],
    ['a signed list', sign('[]'), 'not-an-event'],
  ])('verifyWebhook refuses %s, which the public package accepts', async (_what, sent, reason) => {
    expect(await reasonOf(sent)).toBe(reason);
    expect(() => new Webhook(SECRET).verify(sent.body, sent.headers, { jsonParse: false })).not.toThrow();
  });

  it('one signature that matches one secret is enough', async () => {
    const rotated = sign(BODY, { secrets: [OTHER_SECRET, SECRET] });
    await expect(verifyWebhook(rotated.body, rotated.headers, SECRET)).resolves.toMatchObject({ id: 'evt_1' });
    const { body, headers } = sign();
    await expect(verifyWebhook(body, headers, [OTHER_SECRET, SECRET])).resolves.toMatchObject({ id: 'evt_1' });
    const newer = change(sign(), 'webhook-signature', (old) => `v1a,AAAA v2,x ${old}`);
    await expect(verifyWebhook(newer.body, newer.headers, SECRET)).resolves.toMatchObject({ id: 'evt_1' });
  });

  it('headers are read from Headers, from plain objects in any case and from lists of one', async () => {
    const { body, headers } = sign();
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    for (const given of [new Headers(headers), upper, lists, { ...headers, host: undefined, get: 'x' }]) {
      await expect(verifyWebhook(body, given, SECRET)).resolves.toMatchObject({ id: 'evt_1' });
    }
  });

  it('a header that is there twice is refused', async () => {
    const { body, headers } = sign();
    for (const given of [
      { ...headers, 'Webhook-Id': 'evt_1' },
      { ...headers, 'webhook-id': ['evt_1', 'evt_1'] },
    ]) {
      await expect(verifyWebhook(body, given, SECRET)).rejects.toMatchObject({ reason: 'malformed-header' });
    }
    const twice = new Headers(headers);
    twice.append('webhook-id', 'evt_1');
    await expect(verifyWebhook(body, twice, SECRET)).rejects.toMatchObject({ reason: 'malformed-header' });
  });

  it('the tolerance and the clock can be set, and a value that is not a number refuses', async () => {
    const { body, headers } = sign();
    const seconds = Number(headers['webhook-timestamp']);
    const at = (ageS: number) => ({ now: new Date((seconds + ageS) * 1_000), toleranceSeconds: 10 });
    await expect(verifyWebhook(body, headers, SECRET, at(10))).resolves.toBeDefined();
    await expect(verifyWebhook(body, headers, SECRET, at(-10))).resolves.toBeDefined();
    await expect(verifyWebhook(body, headers, SECRET, at(11))).rejects.toMatchObject({ reason: 'too-old' });
    await expect(verifyWebhook(body, headers, SECRET, at(-11))).rejects.toMatchObject({ reason: 'too-new' });
    const broken = verifyWebhook(body, headers, SECRET, { toleranceSeconds: Number.NaN });
    await expect(broken).rejects.toBeInstanceOf(WebhookVerificationError);
  });

  it.each([
    ['', 'an empty text'],
    ['whsec_', 'a prefix alone'],
    [SECRET.slice(6), 'no prefix'],
    ['whsec_%%%', 'no base64'],
  ])('a malformed secret is a mistake of the receiver, not of the request: %s', async (secret) => {
    const { body, headers } = sign();
    await expect(verifyWebhook(body, headers, secret)).rejects.toThrow(TypeError);
    await expect(verifyWebhook(body, headers, [])).rejects.toThrow(TypeError);
  });
});

describe('a bundle of holdfast-client', () => {
  async function bundle(program: string): Promise<string> {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-bundle-'));
    const entry = join(directory.path, 'main.js');
    await writeFile(entry, program.replace('CLIENT', fileURLToPath(new URL('../index.ts', import.meta.url))));
    const built = await build({
      logLevel: 'silent',
      configFile: false,
      build: { write: false, lib: { entry, formats: ['es'], fileName: 'main' } },
    });
    return JSON.stringify(built);
  }

  it('a bundle that verifies webhooks contains nothing else of the client', async () => {
    const text = await bundle("export { verifyWebhook } from 'CLIENT';");
    expect(text).toContain('webhook-signature');
    expect(text).not.toContain('/holdfast-client.ts');
    expect(text).not.toMatch(/idempotency-key/i);
    const control = await bundle("export { verifyWebhook, createClient } from 'CLIENT';");
    expect(control).toMatch(/idempotency-key/i);
  });
});

/** A request whose id, time and body are cut from the same signed text at other full stops. */
function splitElsewhere(): Sent {
  const now = Math.floor(Date.now() / 1_000);
  const { headers } = sign(`${now}.${BODY}`);
  const id = `evt_1.${headers['webhook-timestamp']}`;
  return { body: BODY, headers: { ...headers, 'webhook-id': id, 'webhook-timestamp': String(now) } };
}

function swapCase(signature: string): string {
  const swapped = signature.slice(3).replaceAll(/[a-z]/gi, (letter) => {
    const upper = letter.toUpperCase();
    return letter === upper ? letter.toLowerCase() : upper;
  });
  return `v1,${swapped}`;
}
