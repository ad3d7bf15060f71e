import type { Webhook } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { formatDuration, formatExactDateTime } from '../format.ts';
import { useNowMs } from '../use-now.ts';

/** Whether a webhook works, since when it does not, or why it is disabled. */
export function WebhookHealth({ webhook }: { readonly webhook: Webhook }) {
  const { status, disabled_reason, failing_since } = webhook;
  if (status === 'disabled') {
    return (
      <p className="webhook-health">
        <StatusBadge status="disabled" /> <span className="hint">{disabled_reason}</span>
      </p>
    );
  }
  return (
    <p className="webhook-health">
      {failing_since === null ? (
        <StatusBadge status="active" />
      ) : (
        <>
          <StatusBadge status="failing" /> <FailingSince instant={failing_since} />
        </>
      )}
    </p>
  );
}

function FailingSince({ instant }: { readonly instant: string }) {
  useNowMs();
  return (
    <time className="hint" dateTime={instant} title={formatExactDateTime(instant)}>
      for {formatDuration(serverNowMs() - Date.parse(instant))}
    </time>
  );
}
