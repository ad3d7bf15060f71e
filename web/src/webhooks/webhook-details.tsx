import { Link } from 'wouter';
import type { Webhook } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { Icon } from '../components/icon.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound, NotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatDateTime } from '../format.ts';
import { useSubject } from '../session/rights.ts';
import { addressOf } from '../shell/addresses.ts';
import { DeliverySection } from './deliveries/delivery-section.tsx';
import { describeEvents } from './event-groups.ts';
import { ProviderName } from './provider-name.tsx';
import { WebhookActions } from './webhook-actions.tsx';
import { WebhookHealth } from './webhook-health.tsx';
import { webhookQuery } from './webhook-requests.ts';

const FRESH_FOR_MS = 10_000;

/** A webhook, what can be done with it, and its deliveries. */
export function WebhookDetails({ id }: { readonly id: number }) {
  const { body, error, refresh } = useCached(webhookQuery(id), { freshForMs: FRESH_FOR_MS, transient: true });
  if (isNotFound(error)) {
    return (
      <div className="view">
        <h1>Webhooks</h1>
        <NotFound thing={`webhook ${id}`}>
          <Link href={addressOf('webhooks')}>Open the list of webhooks</Link>
        </NotFound>
      </div>
    );
  }
  return (
    <div className="view">
      <div className="webhook-head">
        <Link className="back" href={addressOf('webhooks')}>
          <Icon name="left" /> Webhooks
        </Link>
        <h1 className="webhook-url">{body?.url ?? 'Webhook'}</h1>
      </div>
      {error && <ProblemNotice error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={8} />}
      {body !== undefined && (
        <>
          <Overview webhook={body} />
          <DeliverySection webhook={body} />
        </>
      )}
    </div>
  );
}

function Overview({ webhook }: { readonly webhook: Webhook }) {
  const { description, events, provider_id, created_at } = webhook;
  const isOneOfMany = useSubject('provider') === undefined;
  return (
    <section className="card webhook-overview" aria-label="Webhook">
      <WebhookHealth webhook={webhook} />
      {description !== null && <p>{description}</p>}
      <dl className="webhook-facts">
        <dt>Events</dt>
        <dd>{describeEvents(events)}</dd>
        {isOneOfMany && (
          <>
            <dt>Provider</dt>
            <dd>
              <ProviderName id={provider_id} />
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>{formatDateTime(created_at)}</dd>
      </dl>
      <WebhookActions webhook={webhook} />
    </section>
  );
}
