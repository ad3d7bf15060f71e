import { useMutation } from '@tanstack/react-query';
import { ActionButton } from '../components/action-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { ConfirmButton } from './confirm-button.tsx';
import { SecretBox } from './secret-box.tsx';
import { fetchSecret, rotateSecret } from './webhook-requests.ts';

/** Shows the secret of a webhook, and replaces it. A secret stays in the memory of the page while its dialog is open. */
export function SecretActions({ id }: { readonly id: number }) {
  const show = useMutation({ mutationFn: () => fetchSecret(id), gcTime: 0 });
  const rotate = useMutation({ mutationFn: () => rotateSecret(id), gcTime: 0 });
  return (
    <>
      <ActionButton type="button" isPending={show.isPending} onClick={() => show.mutate()}>
        Show secret
      </ActionButton>
      <ConfirmButton
        label="Rotate secret"
        title="Replace the secret?"
        answer="Create a new secret"
        isPending={rotate.isPending}
        onConfirm={() => rotate.mutate()}
      >
        <p>
          For 24 hours the old secret and the new one both sign each message. Give your receiver the new secret in this
          time. After that, the new one signs alone.
        </p>
      </ConfirmButton>
      {show.error && <ProblemNotice error={show.error} />}
      {rotate.error && <ProblemNotice error={rotate.error} />}
      {show.data !== undefined && <SecretDialog title="Secret" secret={show.data} onClose={show.reset} />}
      {rotate.data !== undefined && (
        <SecretDialog title="Your new secret" secret={rotate.data} onClose={rotate.reset}>
          The old secret also signs for the next 24 hours.
        </SecretDialog>
      )}
    </>
  );
}

interface Props {
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
  readonly children?: string;
}

function SecretDialog({ title, secret, onClose, children }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form method="dialog" className="form">
        <SecretBox secret={secret} />
        {children !== undefined && <p>{children}</p>}
        <button type="submit" className="primary wide">
          Done
        </button>
      </form>
    </Dialog>
  );
}
