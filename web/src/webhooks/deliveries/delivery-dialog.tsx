import { useMutation } from '@tanstack/react-query';
import type { DeliveryDetail, Webhook } from '../../api/resources.ts';
import { serverNowMs } from '../../api/server-clock.ts';
import { useCached } from '../../api/use-cached.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { announce } from '../../components/announcer.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Loading } from '../../components/loading.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { formatExactDateTime, formatQuantity } from '../../format.ts';
import { useNowMs } from '../../use-now.ts';
import { useWebhookPolling, useWebhookRefetch } from '../use-webhook-updates.ts';
import { deliveryQuery, replayDelivery } from '../webhook-requests.ts';
import { describeNextAttempt, describeOutcome, mayChangeSoon } from './delivery-words.ts';

const FRESH_FOR_MS = 10_000;

interface Props {
  readonly webhook: Webhook;
  readonly deliveryId: number;
  readonly onClose: () => void;
}

/** A delivery with what is sent and the beginning of the answer. */
export function DeliveryDialog({ webhook: { webhook_id, status }, deliveryId, onClose }: Props) {
  const { body, error, refresh } = useCached(deliveryQuery(webhook_id, deliveryId), {
    freshForMs: FRESH_FOR_MS,
    transient: true,
  });
  const isActive = status === 'active';
  useWebhookPolling(body !== undefined && mayChangeSoon(body, isActive, serverNowMs()));
  return (
    <Dialog title={body?.type ?? 'Delivery'} onClose={onClose}>
      <div className="delivery">
        {error && <ProblemNotice error={error} retry={refresh} />}
        {body === undefined && !error && <Loading rows={8} />}
        {body !== undefined && (
          <>
            <Outcome delivery={body} isActive={isActive} />
            <Block title="Payload" text={JSON.stringify(body.body, null, 2)} />
            {body.last_answer !== null && body.last_answer !== '' && (
              <Block title="Beginning of the answer" text={body.last_answer} />
            )}
            <ReplayButton webhookId={webhook_id} deliveryId={deliveryId} />
          </>
        )}
      </div>
    </Dialog>
  );
}

interface OutcomeProps {
  readonly delivery: DeliveryDetail;
  readonly isActive: boolean;
}

function Outcome({ delivery, isActive }: OutcomeProps) {
  useNowMs();
  const nextAttempt = describeNextAttempt(delivery, isActive, serverNowMs());
  return (
    <div className="delivery-summary">
      <p role="status">
        <StatusBadge status={delivery.status} /> {describeOutcome(delivery)}
      </p>
      <p className="hint">
        {formatQuantity(delivery.attempts, 'attempt')}
        {nextAttempt !== undefined && ` · ${nextAttempt}`} · {formatExactDateTime(delivery.created_at)}
      </p>
      <p className="hint delivery-event">
        Event <code>{delivery.event_id}</code>
      </p>
    </div>
  );
}

function Block({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <section className="payload" aria-label={title}>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll what has the focus */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

function ReplayButton({ webhookId, deliveryId }: { readonly webhookId: number; readonly deliveryId: number }) {
  const refetch = useWebhookRefetch();
  const replay = useMutation({
    mutationFn: () => replayDelivery(webhookId, deliveryId),
    onSuccess: () => {
      announce('The event is sent again.');
      return refetch();
    },
  });
  return (
    <>
      {replay.error && <ProblemNotice error={replay.error} />}
      <div className="actions">
        <ActionButton type="button" isPending={replay.isPending} onClick={() => replay.mutate()}>
          Replay
        </ActionButton>
        <span className="hint">Sends this event again, with the same id.</span>
      </div>
    </>
  );
}
