import type { Delivery } from '../../api/resources.ts';
import { serverNowMs } from '../../api/server-clock.ts';
import { StatusBadge } from '../../components/status-badge.tsx';
import { formatCount, formatDateTime, formatExactDateTime } from '../../format.ts';
import { useNowMs } from '../../use-now.ts';
import { describeNextAttempt, describeOutcome } from './delivery-words.ts';

interface Props {
  readonly deliveries: readonly Delivery[];
  /** Whether the webhook is active. */
  readonly isActive: boolean;
  readonly onOpen: (deliveryId: number) => void;
}

export function DeliveryTable({ deliveries, isActive, onOpen }: Props) {
  useNowMs();
  const nowMs = serverNowMs();
  return (
    <table className="delivery-table">
      <caption className="visually-hidden">Deliveries, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">Status</th>
          <th scope="col">Last attempt</th>
          <th scope="col" className="figure">
            Attempts
          </th>
          <th scope="col" className="figure">
            Time
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <DeliveryRow
            key={delivery.delivery_id}
            delivery={delivery}
            isActive={isActive}
            nowMs={nowMs}
            onOpen={onOpen}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Pick<Props, 'isActive' | 'onOpen'> {
  readonly delivery: Delivery;
  readonly nowMs: number;
}

function DeliveryRow({ delivery, isActive, nowMs, onOpen }: RowProps) {
  const { delivery_id, type, status, attempts, created_at } = delivery;
  const nextAttempt = describeNextAttempt(delivery, isActive, nowMs);
  return (
    <tr data-delivery={delivery_id}>
      <th scope="row">
        <button type="button" className="delivery-open" onClick={() => onOpen(delivery_id)}>
          {type}
          <span className="visually-hidden"> (delivery {delivery_id})</span>
        </button>
      </th>
      <td className="delivery-status">
        <StatusBadge status={status} />
      </td>
      <td className="delivery-outcome">
        {describeOutcome(delivery)}
        {nextAttempt !== undefined && <span className="hint">{nextAttempt}</span>}
      </td>
      <td className="figure delivery-attempts">
        {formatCount(attempts)}
        <span className="narrow-only"> {attempts === 1 ? 'attempt' : 'attempts'}</span>
      </td>
      <td className="figure delivery-time">
        <time dateTime={created_at} title={formatExactDateTime(created_at)}>
          {formatDateTime(created_at)}
        </time>
      </td>
    </tr>
  );
}
