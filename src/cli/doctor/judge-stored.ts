import type { SyncStatus } from '../../modules/supply/index.ts';
import { type Finding, fail, ok, warn } from './check.ts';

/** Judges the sync of suppliers, as the database or a running server has it. */
export function judgeSuppliers({ suppliers, removed }: SyncStatus): Finding[] {
  const findings = suppliers.map((supplier): Finding => {
    const { id, status, last_error, last_error_at, last_pull_at, write_backs } = supplier;
    const name = `sync of ${id}`;
    if (write_backs.parked > 0) {
      const text = `${write_backs.parked} bookings or cancellations are parked: ${write_backs.reason}. Settle the reason, then resume the supplier.`;
      return fail(name, text);
    }
    if (status === 'paused') return warn(name, 'paused. Resume it with POST /api/v1/sync/resume.');
    if (last_error !== null && last_error_at !== null && last_error_at >= (last_pull_at ?? '')) {
      return warn(name, `the last pull failed at ${last_error_at}: ${last_error}`);
    }
    return ok(name, last_pull_at === null ? 'not pulled yet' : `pulled at ${last_pull_at}`);
  });
  for (const { id, unsent } of removed) {
    const text = `is in no SUPPLIERS_FILE, and ${unsent} bookings or cancellations for it are not sent. Configure it again until they are.`;
    findings.push(warn(`sync of ${id}`, text));
  }
  return findings;
}

interface WebhookState {
  readonly webhook_id: number;
  readonly status: 'active' | 'disabled';
  readonly failing_since: string | null;
}

/** Judges webhooks, as the database or a running server lists them. Their URLs are not named: they may hold a secret. */
export function judgeWebhooks(webhooks: readonly WebhookState[]): Finding[] {
  const findings = webhooks.flatMap(({ webhook_id: id, status, failing_since }): Finding[] => {
    if (status === 'disabled' || failing_since === null) return [];
    const text = `fails since ${failing_since}. "holdfast webhooks deliveries ${id}" has the reasons.`;
    return [warn(`webhook ${id}`, text)];
  });
  return findings.length > 0 ? findings : [ok('webhooks', `${webhooks.length} webhooks, none fails`)];
}
