import { readCommandKey, readConfig } from '../../config/config.ts';
import { EVENT_TYPES } from '../../modules/events/index.ts';
import { EVENT_PREFIXES } from '../../modules/webhooks/index.ts';
import { type Id, parseId } from '../../platform/ids.ts';
import { isVisibleText, visibleTextMessage } from '../../platform/visible-text.ts';
import { offeringUrl } from '../offer-url.ts';
import type { CommandContext } from '../parsing/command.ts';
import { UsageError } from '../parsing/exit-code.ts';
import type { Replay, WebhookService } from './webhook-service.ts';
import { openWebhooksInDatabase } from './webhooks-in-database.ts';
import { openWebhooksOverHttp } from './webhooks-over-http.ts';

const MAX_DESCRIPTION_LENGTH = 500;
const MAX_LISTED = 1_000;

/** Options of every command for webhooks. */
export const WEBHOOK_OPTIONS = {
  url: {
    type: 'string',
    value: 'URL',
    description: 'A running server, asked with the key in HOLDFAST_KEY, instead of the database',
  },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

export const WEBHOOK_ID = {
  type: 'string',
  value: 'WEBHOOK_ID',
  description: "The webhook's id, as the list shows it",
  required: true,
  positional: true,
} as const;

export async function openWebhooks(url: string | undefined, { env }: CommandContext): Promise<WebhookService> {
  if (url !== undefined) return openWebhooksOverHttp(url, readCommandKey(env));
  const config = readConfig(env);
  return offeringUrl(() => openWebhooksInDatabase(config));
}

/** @param name the argument, for the error @throws UsageError */
export function readId(text: string, name: string, path: readonly string[]): Id {
  const id = parseId(text);
  if (id === undefined) throw new UsageError(`${name} is a whole number from 1, not "${text}".`, path);
  return id;
}

/** The types and prefixes; `null` for all. @throws UsageError */
export function readEvents(texts: readonly string[] | undefined, path: readonly string[]): readonly string[] | null {
  const unknown = texts?.find((text) => ![...EVENT_TYPES, ...EVENT_PREFIXES].includes(text));
  if (unknown === undefined) return texts ?? null;
  throw new UsageError(
    `"--event" is a type such as reservation.held or a prefix such as reservation.*, not "${unknown}".`,
    path,
  );
}

/** @throws UsageError */
export function readDescription(text: string | undefined, path: readonly string[]): string | null {
  if (text === undefined) return null;
  if (isVisibleText(text, MAX_DESCRIPTION_LENGTH)) return text;
  throw new UsageError(`"--description" ${visibleTextMessage(MAX_DESCRIPTION_LENGTH)}.`, path);
}

/** @throws UsageError */
export function readLimit(text: string, path: readonly string[]): number {
  const limit = parseId(text);
  if (limit !== undefined && limit <= MAX_LISTED) return limit;
  throw new UsageError(`"--limit" is a whole number from 1 to ${MAX_LISTED}, not "${text}".`, path);
}

interface ReplayOptions {
  readonly delivery: string | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** @throws UsageError */
export function readReplay({ delivery, since, until }: ReplayOptions, path: readonly string[]): Replay {
  if (delivery !== undefined && since === undefined && until === undefined) {
    return { deliveryId: readId(delivery, '"--delivery"', path) };
  }
  if (delivery === undefined && since !== undefined) return { since, ...(until !== undefined && { until }) };
  throw new UsageError('Give either "--delivery", or "--since" with or without "--until".', path);
}
