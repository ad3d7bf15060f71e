import { ConfigError } from '../config/config-error.ts';
import type { Secret } from '../config/secret.ts';
import { CommandError } from './parsing/exit-code.ts';

const ANSWER_WITHIN_MS = 5_000;

export interface ServerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Relative to the address of the server: a proxy may have put a path before the server's own. */
  readonly path: string;
  readonly body?: object;
}

interface ServerAnswer {
  readonly status: number;
  /** `undefined` for an empty body and for one that is not JSON. */
  readonly body: unknown;
}

/**
 * Sends a request to a running server. A redirect is an error, so that the key goes to no other server.
 *
 * @param url the address of the server, as `--url` has it
 * @throws ConfigError for a URL that is none; CommandError without an answer
 */
export async function askServer(
  url: string,
  key: Secret | undefined,
  { method, path, body }: ServerRequest,
): Promise<ServerAnswer> {
  const address = addressOf(url, path);
  try {
    const response = await fetch(address, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        ...(key && { authorization: `Bearer ${key.reveal()}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: parse(await response.text()) };
  } catch (error) {
    throw new CommandError(`${address.href} cannot be reached: ${reasonOf(error)}`);
  }
}

export function addressOf(url: string, path: string): URL {
  const parsed = URL.parse(url.endsWith('/') ? url : `${url}/`);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new ConfigError(`--url ${url} is not an address such as http://127.0.0.1:3000`);
  }
  return new URL(path, parsed);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` says only that it failed; the reason is in its cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { readonly cause?: unknown };
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
