import type { KeyResponse } from '../../access/index.ts';
import type { Secret } from '../../config/secret.ts';
import { askAsOperator } from '../ask-as-operator.ts';
import type { ServerRequest } from '../ask-server.ts';
import { CommandError } from '../parsing/exit-code.ts';
import type { KeyService, MadeKey } from './key-service.ts';

const PATH = 'api/v1/keys';

interface KeyPage {
  readonly keys: readonly KeyResponse[];
  readonly next_cursor: string | null;
}

/** The keys of a running server. */
export function openKeysOverHttp(url: string, key: Secret | undefined): KeyService {
  const ask = (request: ServerRequest) => askAsOperator(url, key, request);
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
