import { type KeyResponse, ROLES } from '../../access/index.ts';
import { readCommandKey, readConfig } from '../../config/config.ts';
import { type Id, parseId } from '../../platform/ids.ts';
import { parseDurationMs } from '../../platform/time/duration.ts';
import { isVisibleText, visibleTextMessage } from '../../platform/visible-text.ts';
import { offeringUrl } from '../offer-url.ts';
import type { CommandContext } from '../parsing/command.ts';
import { UsageError } from '../parsing/exit-code.ts';
import type { KeyService } from './key-service.ts';
import { openKeysInDatabase } from './keys-in-database.ts';
import { openKeysOverHttp } from './keys-over-http.ts';

const MAX_NAME_LENGTH = 200;
const MAX_OVERLAP_MS = 30 * 86_400_000;

/** Options of every command for keys. */
export const KEY_OPTIONS = {
  url: {
    type: 'string',
    value: 'URL',
    description: 'A running server, asked with the key in HOLDFAST_KEY, instead of the database',
  },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

export const KEY_ID = {
  type: 'string',
  value: 'KEY_ID',
  description: "The key's id, as the list shows it",
  required: true,
  positional: true,
} as const;

export async function openKeys(url: string | undefined, { env }: CommandContext): Promise<KeyService> {
  if (url !== undefined) return openKeysOverHttp(url, readCommandKey(env));
  const config = readConfig(env);
  return offeringUrl(() => openKeysInDatabase(config));
}

/** @throws UsageError */
export function readName(name: string, path: readonly string[]): string {
  if (isVisibleText(name, MAX_NAME_LENGTH)) return name;
  throw new UsageError(`"--name" ${visibleTextMessage(MAX_NAME_LENGTH)}.`, path);
}

export function readRole(text: string): KeyResponse['role'] {
  const role = ROLES.find((each) => each === text);
  if (role === undefined) throw new Error(`${text} is not among the choices of --role`);
  return role;
}

/** The subject as the role needs it: an id, a name or none. Whether the role has one is decided where keys are made. */
export function readSubject(
  role: KeyResponse['role'],
  text: string | undefined,
  path: readonly string[],
): Id | string | null {
  if (role === 'provider' || role === 'client') {
    const id = parseId(text ?? '');
    if (id === undefined) throw new UsageError(`The role ${role} needs "--subject" with the id of the ${role}.`, path);
    return id;
  }
  if (role !== 'reseller') {
    if (text !== undefined) throw new UsageError(`The role ${role} has no subject. Leave "--subject" out.`, path);
    return null;
  }
  if (text !== undefined && isVisibleText(text, MAX_NAME_LENGTH)) return text;
  throw new UsageError('The role reseller needs "--subject" with the name of the reseller.', path);
}

/** @returns seconds @throws UsageError */
export function readOverlap(text: string, path: readonly string[]): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms <= MAX_OVERLAP_MS && ms % 1_000 === 0) return ms / 1_000;
  throw new UsageError(`"--overlap" is a duration from 0s to 30d in whole seconds, such as 24h, not "${text}".`, path);
}
