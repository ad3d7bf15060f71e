import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { serverNowMs } from '../../api/server-clock.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { announce } from '../../components/announcer.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { formatQuantity, VISITOR_ZONE, zoneName } from '../../format.ts';
import { useWebhookRefetch } from '../use-webhook-updates.ts';
import { replayRange } from '../webhook-requests.ts';

const HOUR_MS = 3_600_000;

interface Props {
  readonly webhookId: number;
  readonly onReplayed: () => void;
}

/** Sends the events of a time range again. */
export function ReplayRangeButton(props: Props) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setIsOpen(true)}>
        Replay a time range
      </button>
      {isOpen && <ReplayDialog {...props} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function ReplayDialog({ webhookId, onReplayed, onClose }: Props & { readonly onClose: () => void }) {
  const refetch = useWebhookRefetch();
  const [since, setSince] = useState(() => inputTime(serverNowMs() - HOUR_MS));
  const [until, setUntil] = useState('');
  const replay = useMutation({
    mutationFn: () => replayRange(webhookId, toInstant(since), until === '' ? undefined : toInstant(until)),
    onSuccess: async ({ deliveries }) => {
      onReplayed();
      announce(`${formatQuantity(deliveries, 'event')} will be sent again.`);
      await refetch();
      onClose();
    },
  });
  const isReversed = until !== '' && until < since;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReversed) replay.mutate();
  };
  return (
    <Dialog title="Replay a time range" onClose={onClose}>
      <form className="question" onSubmit={submit}>
        <p className="hint">
          Sends every event of this time again, with the same ids, also those that have arrived. Times are in{' '}
          {zoneName(VISITOR_ZONE)}.
        </p>
        <Field label="From">
          {(id) => (
            <input
              id={id}
              type="datetime-local"
              required
              value={since}
              onChange={({ target }) => setSince(target.value)}
            />
          )}
        </Field>
        <Field
          label="Until"
          hint="Leave it empty for all events up to now."
          error={isReversed ? 'Choose a time after the first one.' : undefined}
        >
          {(id, validity) => (
            <input
              id={id}
              type="datetime-local"
              value={until}
              {...validity}
              onChange={({ target }) => setUntil(target.value)}
            />
          )}
        </Field>
        {replay.error && <ProblemNotice error={replay.error} />}
        <div className="actions">
          <ActionButton type="submit" className="primary" isPending={replay.isPending}>
            Replay
          </ActionButton>
        </div>
      </form>
    </Dialog>
  );
}

/** A time as an input for the visitor's clock has it: `2026-12-01T09:00`. */
function inputTime(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}

/** The instant of a time on the visitor's clock. */
function toInstant(text: string): string {
  return new Date(text).toISOString();
}
