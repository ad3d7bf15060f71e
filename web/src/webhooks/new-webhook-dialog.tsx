import { useMutation } from '@tanstack/react-query';
import { Dialog } from '../components/dialog.tsx';
import { addressOf } from '../shell/addresses.ts';
import { navigate } from '../shell/hash-location.ts';
import { SecretBox } from './secret-box.tsx';
import { useWebhookRefetch } from './use-webhook-updates.ts';
import { EMPTY_DRAFT, WebhookForm } from './webhook-form.tsx';
import { createWebhook } from './webhook-requests.ts';

/** Adds a webhook, shows its secret, and opens it. */
export function NewWebhookDialog({ onClose }: { readonly onClose: () => void }) {
  const refetch = useWebhookRefetch();
  // The secret leaves the memory of the page with the dialog.
  const create = useMutation({ mutationFn: createWebhook, gcTime: 0, onSuccess: refetch });
  const { data: created } = create;
  const open = () => {
    if (created) navigate(addressOf('webhooks', { webhook: created.webhook_id }));
    onClose();
  };
  if (created === undefined) {
    return (
      <Dialog title="Add a webhook" onClose={onClose}>
        <WebhookForm
          draft={EMPTY_DRAFT}
          isNew
          label="Add webhook"
          isPending={create.isPending}
          error={create.error}
          onSubmit={({ description, ...request }) =>
            create.mutate(description === null ? request : { ...request, description })
          }
        />
      </Dialog>
    );
  }
  return (
    <Dialog key="created" title="Your webhook is ready" onClose={open}>
      <div className="form">
        {created.secret !== undefined && <SecretBox secret={created.secret} />}
        <p className="hint">You can show the secret again at any time.</p>
        <button type="button" className="primary wide" onClick={open}>
          Open webhook
        </button>
      </div>
    </Dialog>
  );
}
