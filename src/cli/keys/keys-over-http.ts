import type { KeyResponse } from '../../access/index.ts';
import type { Secret } from '../../config/secret.ts';
import { askServer, type ServerRequest } from '../ask-server.ts';
import { CommandError } from '../parsing/exit-code.ts';
import type { KeyService, MadeKey } from './key-service.ts';

const PATH = 'api/v1/keys';

interface KeyPage {
  readonly keys: readonly KeyResponse[];
  readonly next_cursor: string | null;
}

/** The keys of a running server. */
export function openKeysOverHttp(url: string, key: Secret | undefined): KeyService {
  const ask = async (request: ServerRequest): Promise<unknown> => {
    const { status, body } = await askServer(url, key, request);
    if (status >= 200 && status < 300) return body;
    const { detail } = (body ?? {}) as { readonly detail?: unknown };
    const reason = typeof detail === 'string' ? detail : 'its answer has no explanation';
    const advice = status === 401 ? ' Set HOLDFAST_KEY to a key of the role operator.' : '';
    throw new CommandError(`${url} answered ${status}: ${reason}.${advice}`);
  };
  return {
    create: async (body) => toMadeKey(await ask({ method: 'POST', path: PATH, body })),
    async list() {
      const keys: KeyResponse[] = [];
      let path = PATH;
      for (;;) {
        const page = toPage(await ask({ method: 'GET', path }));
        keys.push(...page.keys);
        if (page.next_cursor === null) return keys;
        path = `${PATH}?cursor=${encodeURIComponent(page.next_cursor)}`;
      }
    },
    async revoke(keyId) {
      await ask({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(keyId)}` });
    },
    rotate: async (keyId, overlap_seconds) =>
      toMadeKey(
        await ask({ method: 'POST', path: `${PATH}/${encodeURIComponent(keyId)}/rotate`, body: { overlap_seconds } }),
      ),
    [Symbol.asyncDispose]: async () => {},
  };
}

function toMadeKey(body: unknown): MadeKey {
  const { key, key_id } = (body ?? {}) as Partial<MadeKey>;
  if (typeof key !== 'string' || typeof key_id !== 'string')
    throw new CommandError('The server answered without a key.');
  return body as MadeKey;
}

function toPage(body: unknown): KeyPage {
  if (!Array.isArray((body as Partial<KeyPage> | undefined)?.keys)) {
    throw new CommandError('The server answered without a list of keys.');
  }
  return body as KeyPage;
}
