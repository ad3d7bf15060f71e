import { useState } from 'react';
import { Link } from 'wouter';
import type { Webhook } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useSubject } from '../session/rights.ts';
import { addressOf } from '../shell/addresses.ts';
import { describeEvents } from './event-groups.ts';
import { NewWebhookDialog } from './new-webhook-dialog.tsx';
import { ProviderName } from './provider-name.tsx';
import { WebhookHealth } from './webhook-health.tsx';
import { webhookListQuery } from './webhook-requests.ts';

const FRESH_FOR_MS = 10_000;
const DOCUMENTATION = '/docs#tag/webhooks';

/** All webhooks that the visitor may see. */
export function WebhookList() {
  const { body, error, refresh } = useCached(webhookListQuery(), { freshForMs: FRESH_FOR_MS, transient: true });
  const [isCreating, setIsCreating] = useState(false);
  return (
    <div className="view">
      <div className="view-head">
        <h1>Webhooks</h1>
        <button type="button" className="primary" onClick={() => setIsCreating(true)}>
          Add webhook
        </button>
      </div>
      {error && <ProblemNotice error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={5} />}
      {body?.webhooks.length === 0 && (
        <EmptyState title="No webhooks yet">
          <p>
            A webhook is an address of yours that gets a message whenever something happens here: a reservation is
            confirmed, a hold expires, an order changes. <a href={DOCUMENTATION}>Read how to receive webhooks</a>
          </p>
        </EmptyState>
      )}
      {body !== undefined && body.webhooks.length > 0 && (
        <ul className="rows">
          {body.webhooks.map((webhook) => (
            <WebhookRow key={webhook.webhook_id} webhook={webhook} />
          ))}
        </ul>
      )}
      {isCreating && <NewWebhookDialog onClose={() => setIsCreating(false)} />}
    </div>
  );
}

function WebhookRow({ webhook }: { readonly webhook: Webhook }) {
  const { webhook_id, url, description, events, provider_id } = webhook;
  // A provider sees its own webhooks alone.
  const isOneOfMany = useSubject('provider') === undefined;
  return (
    <li className="row webhook-row">
      <div className="webhook-summary">
        <Link className="row-title webhook-url" href={addressOf('webhooks', { webhook: webhook_id })}>
          {url}
        </Link>
        {description !== null && <p>{description}</p>}
        <p className="hint">
          {describeEvents(events)}
          {isOneOfMany && (
            <>
              {' · '}
              <ProviderName id={provider_id} />
            </>
          )}
        </p>
      </div>
      <WebhookHealth webhook={webhook} />
    </li>
  );
}
