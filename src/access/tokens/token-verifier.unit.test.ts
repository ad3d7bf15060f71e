import { createHmac, createPublicKey, type JsonWebKeyInput } from 'node:crypto';
import { exportSPKI, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, JwksServer, signToken } from '../../../test/support/access/jwks-server.ts';
import { openTokenFixture, START_MS, type TokenFixture } from '../../../test/support/access/token-fixture.ts';

const START_S = START_MS / 1_000;

let tokens: TokenFixture;
beforeAll(async () => {
  tokens = await openTokenFixture();
});
afterAll(() => tokens[Symbol.asyncDispose]());

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const withClaims = (claims: JWTPayload) => signToken(tokens.key, START_MS, { claims });

describe('TokenVerifier', () => {
  it('a valid token is its client, from its claims, and from memory afterwards', async () => {
    const verifier = tokens.openVerifier();
    const token = await signToken(tokens.key, START_MS);
    expect(verifier.fromMemory(token)).toBeUndefined();
    const principal = {
      role: 'client',
      subject: 1,
      keyId: null,
      expiresAt: '2031-01-01T01:00:00.000000Z',
      scope: 'client:1',
    };
    expect(await verifier.verify(token)).toEqual(principal);
    expect(verifier.fromMemory(token)).toEqual(principal);
  });

  it('a token signed with RS256 and a token without kid are accepted', async () => {
    const verifier = tokens.openVerifier();
    expect(await verifier.verify(await signToken(tokens.rsa, START_MS))).toBeDefined();
    expect(await verifier.verify(await signToken(tokens.key, START_MS, { header: { kid: undefined } }))).toBeDefined();
  });

  it.each<readonly [string, JWTPayload, object]>([
    ['digits', { holdfast_subject: '7' }, { role: 'client', subject: 7, scope: 'client:7' }],
    ['a provider', { holdfast_role: 'provider' }, { role: 'provider', subject: 1, scope: 'provider:1' }],
    [
      'a reseller',
      { holdfast_role: 'reseller', holdfast_subject: 'Acme' },
      { role: 'reseller', subject: 'Acme', scope: 'reseller:Acme' },
    ],
    [
      'a role without subject',
      { holdfast_role: 'operator' },
      { role: 'operator', subject: null, scope: 'token:https%3A%2F%2Flogin.example:ada' },
    ],
    ['an audience list', { aud: ['other', AUDIENCE] }, { subject: 1 }],
    ['nbf within the leeway', { nbf: START_S + 29 }, { subject: 1 }],
    ['exp within the leeway', { exp: START_S - 29 }, { subject: 1 }],
  ])('a token with %s is accepted', async (_name, claims, principal) => {
    expect(await tokens.openVerifier().verify(await withClaims(claims))).toMatchObject(principal);
  });

  it.each<readonly [string, JWTPayload]>([
    ['the wrong issuer', { iss: 'https://other.example' }],
    ['the wrong audience', { aud: 'other' }],
    ['an expiry that has passed', { exp: START_S - 3_600 }],
    ['an expiry at the end of the leeway', { exp: START_S - 30 }],
    ['an expiry beyond all dates', { exp: 1e15 }],
    ['nbf beyond the leeway', { nbf: START_S + 31 }],
    ['an unknown role', { holdfast_role: 'root' }],
    ['a list of roles', { holdfast_role: ['client'] }],
    ['no id', { holdfast_subject: null }],
    ['an id of 0', { holdfast_subject: 0 }],
    ['a fraction for an id', { holdfast_subject: 1.5 }],
    ['hexadecimal digits for an id', { holdfast_subject: '0x1' }],
    ['a number for a reseller', { holdfast_role: 'reseller', holdfast_subject: 1 }],
    ['a reseller of control characters', { holdfast_role: 'reseller', holdfast_subject: 'a\0b' }],
    ['a subject of control characters', { holdfast_role: 'operator', sub: 'a\0b' }],
    ['a subject that is too long', { holdfast_role: 'operator', sub: 'a'.repeat(256) }],
  ])('a token with %s is refused', async (_name, claims) => {
    expect(await tokens.openVerifier().verify(await withClaims(claims))).toBeUndefined();
  });

  it.each(['exp', 'iss', 'aud', 'holdfast_role', 'holdfast_subject'])('a token without %s is refused', async (name) => {
    expect(
      await tokens.openVerifier().verify(await signToken(tokens.key, START_MS, { without: [name] })),
    ).toBeUndefined();
  });

  it('a token without signature is refused', async () => {
    const verifier = tokens.openVerifier();
    const [, payload] = (await signToken(tokens.key, START_MS)).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      expect(await verifier.verify(`${base64url({ alg })}.${payload}.`)).toBeUndefined();
      expect(await verifier.verify(`${base64url({ alg, kid: 'k1' })}.${payload}.AAAA`)).toBeUndefined();
    }
  });

  it('a token signed with the public RSA key as HS256 secret is refused', async () => {
    const verifier = tokens.openVerifier();
    const [, payload] = (await signToken(tokens.rsa, START_MS)).split('.');
    const spki = createPublicKey({ key: tokens.rsa.jwk as JsonWebKeyInput['key'], format: 'jwk' });
    const pem = spki.export({ type: 'spki', format: 'pem' });
    const signed = `${base64url({ alg: 'HS256', kid: 'r1' })}.${payload}`;
    for (const secret of [pem, String(pem).trim(), JSON.stringify(tokens.rsa.jwk), tokens.rsa.jwk.n ?? '']) {
      const signature = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await verifier.verify(`${signed}.${signature}`)).toBeUndefined();
    }
  });

  it("a key or an address of keys in the token's header is not used", async () => {
    await using others = new JwksServer();
    others.keys = [tokens.stranger.jwk];
    const jku = await others.open();
    const verifier = tokens.openVerifier();
    for (const header of [{}, { jwk: tokens.stranger.jwk }, { jku }, { x5u: jku }, { x5c: ['AAAA'] }]) {
      expect(await verifier.verify(await signToken(tokens.stranger, START_MS, { header }))).toBeUndefined();
      expect(
        await verifier.verify(await signToken({ ...tokens.stranger, kid: 'k9' }, START_MS, { header })),
      ).toBeUndefined();
    }
    expect(others.requests).toBe(0);
  });

  it('a token with critical extensions is refused', async () => {
    const header = { crit: ['exp'], exp: 1 };
    const [, payload, signature] = (await signToken(tokens.key, START_MS)).split('.');
    const token = `${base64url({ alg: 'ES256', kid: 'k1', ...header })}.${payload}.${signature}`;
    expect(await tokens.openVerifier().verify(token)).toBeUndefined();
    const b64 = await signToken(tokens.key, START_MS, { header: { crit: ['b64'], b64: true } });
    expect(await tokens.openVerifier().verify(b64)).toBeUndefined();
  });

  it('an algorithm that the issuer does not use is refused', async () => {
    const verifier = tokens.openVerifier({ algorithms: ['RS256'] });
    expect(await verifier.verify(await signToken(tokens.key, START_MS))).toBeUndefined();
    expect(await verifier.verify(await signToken(tokens.rsa, START_MS))).toBeDefined();
  });

  it.each(['a.b.c', '..', 'e30.e30.e30', `${base64url({ alg: 'ES256' })}.${base64url({ iss: 1 })}.x`])(
    'the text %j is refused',
    async (text) => {
      expect(await tokens.openVerifier().verify(text)).toBeUndefined();
    },
  );

  it('a verified token is used for at most a minute, and not past its expiry and the leeway', async () => {
    const verifier = tokens.openVerifier();
    const token = await signToken(tokens.key, START_MS);
    const short = await withClaims({ exp: START_S - 20 });
    await verifier.verify(token);
    await verifier.verify(short);
    tokens.nowMs += 9_999;
    expect(verifier.fromMemory(short)).toBeDefined();
    tokens.nowMs += 1;
    expect(verifier.fromMemory(short)).toBeUndefined();
    expect(await verifier.verify(short)).toBeUndefined();
    tokens.nowMs = START_MS + 59_999;
    expect(verifier.fromMemory(token)).toBeDefined();
    tokens.nowMs += 1;
    expect(verifier.fromMemory(token)).toBeUndefined();
  });

  it('keys of a file are used without a fetch', async () => {
    const verifier = tokens.openVerifier({ jwks: { keys: [tokens.key.jwk] } });
    expect(await verifier.verify(await signToken(tokens.key, START_MS))).toBeDefined();
    expect(await verifier.verify(await signToken(tokens.rsa, START_MS))).toBeUndefined();
    expect(tokens.server.requests).toBe(0);
  });

  it('the test tool that exports public keys gives the key of the set', async () => {
    // Control of the HS256 test: the secret that it tries is the public key that verifies the valid token.
    const imported = await crypto.subtle.importKey(
      'jwk',
      tokens.rsa.jwk,
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      true,
      ['verify'],
    );
    const pem = createPublicKey({ key: tokens.rsa.jwk as JsonWebKeyInput['key'], format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    expect((await exportSPKI(imported)).trim()).toBe(String(pem).trim());
  });
});
