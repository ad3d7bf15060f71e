import {
  insertKey,
  type KeyResponse,
  listKeys,
  readKeyRequest,
  revokeKey,
  rotateKey,
  toKeyResponse,
  toNewKeyResponse,
} from '../../access/index.ts';
import { openDatabase } from '../../compose/open-database.ts';
import type { Config } from '../../config/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { explained } from '../explained.ts';
import type { KeyService } from './key-service.ts';

const PAGE_SIZE = 500;

/** The keys of the database that the configuration names. It migrates the schema first. */
export async function openKeysInDatabase(config: Config): Promise<KeyService> {
  await using stack = new AsyncDisposableStack();
  const { database, migrate } = stack.use(await openDatabase(config, createLogger(config.logLevel)));
  await migrate();
  const owned = stack.move();
  return {
    create: (body) =>
      explained(async () => {
        const request = readKeyRequest(body);
        const { key, ...made } = await database.transaction((tx) => insertKey(tx, request));
        return { ...toNewKeyResponse(made), key };
      }),
    async list() {
      const keys: KeyResponse[] = [];
      for (let last: KeyPlace | undefined; ; ) {
        const page = await database.read((reader) => listKeys(reader, last, PAGE_SIZE));
        keys.push(...page.map(toKeyResponse));
        const end = page.at(-1);
        if (end === undefined || page.length < PAGE_SIZE) return keys;
        last = { createdAt: end.created_at, keyId: end.key_id };
      }
    },
    revoke: (keyId) => explained(() => database.transaction((tx) => revokeKey(tx, keyId))),
    rotate: (keyId, overlapS) =>
      explained(async () => {
        const { key, ...made } = await database.transaction((tx) => rotateKey(tx, keyId, overlapS));
        return { ...toNewKeyResponse(made), key };
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type KeyPlace = NonNullable<Parameters<typeof listKeys>[1]>;
