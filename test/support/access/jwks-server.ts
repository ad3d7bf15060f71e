import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';

/** A key pair of an issuer; `jwk` is the public half as a JWKS has it. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  readonly alg: string;
  readonly kid: string;
}

export async function createSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }, alg, kid };
}

/** An issuer's JWKS endpoint at a loopback address. */
export class JwksServer implements AsyncDisposable {
  keys: readonly JWK[] = [];
  /** Replaces the answer. */
  answer: ((response: ServerResponse) => void) | undefined;
  requests = 0;
  readonly #server = createServer((_request, response) => {
    this.requests += 1;
    if (this.answer) this.answer(response);
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: this.keys }));
  });

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/jwks`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export const ISSUER = 'https://login.example';
export const AUDIENCE = 'holdfast';

interface TokenParts {
  readonly claims?: JWTPayload;
  readonly header?: { readonly [name: string]: unknown };
  /** Claims to leave out. */
  readonly without?: readonly string[];
}

/** Signs a token of a client, valid for an hour, which `parts` change. */
export function signToken(
  { privateKey, alg, kid }: Pick<SigningKey, 'privateKey' | 'alg' | 'kid'>,
  nowMs: number,
  { claims = {}, header = {}, without = [] }: TokenParts = {},
): Promise<string> {
  const now = Math.floor(nowMs / 1_000);
  const standard = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: now + 3_600 };
  const payload = { ...standard, holdfast_role: 'client', holdfast_subject: 1, ...claims };
  const kept = Object.fromEntries(Object.entries(payload).filter(([name]) => !without.includes(name)));
  return new SignJWT(kept).setProtectedHeader({ alg, kid, ...header } as JWTHeaderParameters).sign(privateKey);
}
