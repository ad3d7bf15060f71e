import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Webhook } from '../../api/resources.ts';
import { serverNowMs } from '../../api/server-clock.ts';
import { useCached } from '../../api/use-cached.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { announce } from '../../components/announcer.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Loading } from '../../components/loading.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useWebhookPolling, useWebhookRefetch } from '../use-webhook-updates.ts';
import { type DeliveryFilter, deliveryPageQuery, sendTestEvent } from '../webhook-requests.ts';
import { DeliveryDialog } from './delivery-dialog.tsx';
import { DeliveryFilterChoice } from './delivery-filter.tsx';
import { DeliveryTable } from './delivery-table.tsx';
import { mayChangeSoon } from './delivery-words.ts';
import { PageButtons } from './page-buttons.tsx';
import { ReplayRangeButton } from './replay-range-button.tsx';

const FRESH_FOR_MS = 10_000;

/** The deliveries of a webhook, newest first, a page at a time. */
export function DeliverySection({ webhook }: { readonly webhook: Webhook }) {
  const { webhook_id, status } = webhook;
  const [filter, setFilter] = useState<DeliveryFilter>('all');
  /** Cursors of the pages up to this one. The newest deliveries have none. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [openId, setOpenId] = useState<number>();
  const { body, error, isPrevious, refresh } = useCached(deliveryPageQuery(webhook_id, filter, cursors.at(-1)), {
    freshForMs: FRESH_FOR_MS,
    transient: true,
    keepPrevious: true,
  });
  const deliveries = body?.deliveries ?? [];
  const isActive = status === 'active';
  useWebhookPolling(deliveries.some((each) => mayChangeSoon(each, isActive, serverNowMs())));
  const show = (next: DeliveryFilter) => {
    setFilter(next);
    setCursors([]);
  };
  return (
    <section className="deliveries" aria-labelledby="deliveries">
      <div className="section-head">
        <h2 id="deliveries">Deliveries</h2>
        <div className="actions">
          <ReplayRangeButton webhookId={webhook_id} onReplayed={() => show('all')} />
          <TestButton id={webhook_id} onSent={() => show('all')} />
        </div>
      </div>
      <DeliveryFilterChoice filter={filter} onChange={show} />
      {error && <ProblemNotice error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={6} />}
      {body !== undefined && (
        <div className="delivery-page" data-loading={isPrevious || undefined}>
          {deliveries.length === 0 ? (
            <NoDeliveries filter={filter} />
          ) : (
            <DeliveryTable deliveries={deliveries} isActive={isActive} onOpen={setOpenId} />
          )}
          <PageButtons
            hasNewer={cursors.length > 0}
            onNewer={() => setCursors(cursors.slice(0, -1))}
            older={isPrevious ? null : body.next_cursor}
            onOlder={(cursor) => setCursors([...cursors, cursor])}
          />
        </div>
      )}
      {openId !== undefined && (
        <DeliveryDialog webhook={webhook} deliveryId={openId} onClose={() => setOpenId(undefined)} />
      )}
    </section>
  );
}

function TestButton({ id, onSent }: { readonly id: number; readonly onSent: () => void }) {
  const refetch = useWebhookRefetch();
  const send = useMutation({
    mutationFn: () => sendTestEvent(id),
    onSuccess: () => {
      onSent();
      announce('A test event is on its way.');
      return refetch();
    },
  });
  return (
    <div className="send-test">
      <ActionButton type="button" isPending={send.isPending} onClick={() => send.mutate()}>
        Send test event
      </ActionButton>
      {send.error && <ProblemNotice error={send.error} />}
    </div>
  );
}

function NoDeliveries({ filter }: { readonly filter: DeliveryFilter }) {
  if (filter !== 'all') return <EmptyState title={`No ${filter} deliveries`} />;
  return (
    <EmptyState title="Nothing sent yet">
      <p>Send a test event to see whether your receiver gets it.</p>
    </EmptyState>
  );
}
