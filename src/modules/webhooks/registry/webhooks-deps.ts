import type { Database } from '../../../platform/db/database.ts';
import type { UrlCheck } from '../../../platform/outbound/check-url.ts';
import type { SecretBox } from '../sealed-secret.ts';

export interface WebhooksDeps {
  readonly database: Database;
  readonly secrets: SecretBox;
  /** Checks the URL of a webhook. It may look up a name, so no transaction waits for it. */
  readonly checkUrl: (url: string) => Promise<UrlCheck>;
}
