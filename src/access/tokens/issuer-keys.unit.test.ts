import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigningKey, signToken } from '../../../test/support/access/jwks-server.ts';
import { openTokenFixture, START_MS, type TokenFixture } from '../../../test/support/access/token-fixture.ts';
import { TokenKeysUnavailable } from '../access-failures.ts';
import { KEY_FETCH_LIMITS } from './issuer-keys.ts';

let tokens: TokenFixture;
beforeAll(async () => {
  tokens = await openTokenFixture();
});
afterAll(() => tokens[Symbol.asyncDispose]());

describe('keys of an issuer', () => {
  it('a new key is found with a fetch, at most once a minute', async () => {
    const verifier = tokens.openVerifier();
    await verifier.verify(await signToken(tokens.key, START_MS));
    expect(tokens.server.requests).toBe(1);
    const next = await createSigningKey('k2');
    tokens.server.keys = [tokens.key.jwk, next.jwk];
    tokens.nowMs += 59_999;
    expect(await verifier.verify(await signToken(next, tokens.nowMs))).toBeUndefined();
    expect(tokens.server.requests).toBe(1);
    tokens.nowMs += 1;
    expect(await verifier.verify(await signToken(next, tokens.nowMs))).toBeDefined();
    expect(tokens.server.requests).toBe(2);
    for (let index = 0; index < 20; index += 1) {
      expect(
        await verifier.verify(await signToken({ ...tokens.stranger, kid: `x${index}` }, tokens.nowMs)),
      ).toBeUndefined();
    }
    expect(tokens.server.requests).toBe(2);
  });

  it('concurrent requests share one fetch', async () => {
    const verifier = tokens.openVerifier();
    const signed = await Promise.all(
      Array.from({ length: 50 }, (_, sub) => signToken(tokens.key, START_MS, { claims: { sub: `${sub}` } })),
    );
    const principals = await Promise.all(signed.map((token) => verifier.verify(token)));
    expect(principals.every((principal) => principal !== undefined)).toBe(true);
    expect(tokens.server.requests).toBe(1);
  });

  it('old keys are fetched again while they are used, and a withdrawn key ends', async () => {
    const verifier = tokens.openVerifier();
    await verifier.verify(await signToken(tokens.key, START_MS));
    tokens.server.keys = [tokens.rsa.jwk];
    tokens.nowMs += KEY_FETCH_LIMITS.refreshAfterMs;
    expect(await verifier.verify(await signToken(tokens.key, tokens.nowMs))).toBeDefined();
    await expect.poll(async () => verifier.verify(await signToken(tokens.key, tokens.nowMs))).toBeUndefined();
  });

  it('keys that cannot be fetched again are used for an hour', async () => {
    const verifier = tokens.openVerifier();
    await verifier.verify(await signToken(tokens.key, START_MS));
    tokens.server.answer = (response) => response.writeHead(500).end();
    tokens.nowMs += KEY_FETCH_LIMITS.maxAgeMs - 1;
    expect(await verifier.verify(await signToken(tokens.key, tokens.nowMs))).toBeDefined();
    tokens.nowMs += KEY_FETCH_LIMITS.cooldownMs;
    await expect(verifier.verify(await signToken(tokens.key, tokens.nowMs))).rejects.toThrow(TokenKeysUnavailable);
  });

  it.each<readonly [string, (response: ServerResponse) => void]>([
    ['a failure', (response) => response.writeHead(500).end()],
    ['no JSON', (response) => response.end('<html>')],
    ['no key set', (response) => response.end('{"keys": 1}')],
    ['a redirect', (response) => response.writeHead(302, { location: tokens.url }).end()],
    ['a body that is too large', (response) => response.end(JSON.stringify({ keys: [], x: 'x'.repeat(262_144) }))],
    ['a broken connection', (response) => response.destroy()],
  ])('an endpoint that answers with %s gives 503 and is not asked again for a minute', async (_name, answer) => {
    const verifier = tokens.openVerifier();
    tokens.server.answer = answer;
    const token = await signToken(tokens.key, START_MS);
    await expect(verifier.verify(token)).rejects.toMatchObject({ type: 'token-keys-unavailable', retryAfterS: 60 });
    tokens.nowMs += 50_000;
    await expect(verifier.verify(token)).rejects.toMatchObject({ retryAfterS: 10 });
    expect(tokens.server.requests).toBe(1);
    tokens.server.answer = undefined;
    tokens.nowMs += 10_000;
    expect(await verifier.verify(token)).toBeDefined();
  });

  it('a token of another issuer is refused without a fetch', async () => {
    const verifier = tokens.openVerifier();
    expect(
      await verifier.verify(await signToken(tokens.key, START_MS, { claims: { iss: 'https://other.example' } })),
    ).toBeUndefined();
    expect(tokens.server.requests).toBe(0);
  });

  it('an endless answer and one that never comes end at their limits', async () => {
    const endless = tokens.openVerifier();
    let sentBytes = 0;
    tokens.server.answer = (response) => {
      const chunk = Buffer.alloc(16_384, 0x20);
      const send = () => {
        if (response.destroyed) return;
        sentBytes += chunk.length;
        if (response.write(chunk)) setImmediate(send);
        else response.once('drain', send);
      };
      send();
    };
    const token = await signToken(tokens.key, START_MS);
    await expect(endless.verify(token)).rejects.toThrow(TokenKeysUnavailable);
    expect(sentBytes).toBeLessThan(32 * 1_048_576);

    const hanging = tokens.openVerifier({}, { withinMs: 50 });
    tokens.server.answer = (response) => response.writeHead(200).write('{');
    await expect(hanging.verify(token)).rejects.toThrow(TokenKeysUnavailable);
  });

  it('a hanging endpoint does not delay tokens whose key is known', async () => {
    const verifier = tokens.openVerifier({}, { withinMs: 60_000 });
    await verifier.verify(await signToken(tokens.key, START_MS));
    tokens.nowMs += 60_000;
    const released = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    tokens.server.answer = (response) => {
      arrived.resolve();
      void released.promise.then(() => response.end('{"keys": []}'));
    };
    const unknown = verifier.verify(await signToken({ ...tokens.stranger, kid: 'x' }, tokens.nowMs));
    await arrived.promise;
    expect(await verifier.verify(await signToken(tokens.key, tokens.nowMs))).toBeDefined();
    released.resolve();
    expect(await unknown).toBeUndefined();
  });
});
