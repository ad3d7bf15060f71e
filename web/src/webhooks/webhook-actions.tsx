import { useMutation } from '@tanstack/react-query';
import type { Webhook } from '../api/resources.ts';
import { ActionButton } from '../components/action-button.tsx';
import { announce } from '../components/announcer.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { addressOf } from '../shell/addresses.ts';
import { navigate } from '../shell/hash-location.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { EditButton } from './edit-button.tsx';
import { SecretActions } from './secret-actions.tsx';
import { useWebhookRefetch } from './use-webhook-updates.ts';
import { changeWebhook, deleteWebhook } from './webhook-requests.ts';

/** Everything that the visitor can do with a webhook. */
export function WebhookActions({ webhook }: { readonly webhook: Webhook }) {
  return (
    <div className="actions webhook-actions">
      <EditButton webhook={webhook} />
      <StatusSwitch webhook={webhook} />
      <SecretActions id={webhook.webhook_id} />
      <DeleteButton webhook={webhook} />
    </div>
  );
}

function StatusSwitch({ webhook: { webhook_id, status } }: { readonly webhook: Webhook }) {
  const refetch = useWebhookRefetch();
  const isActive = status === 'active';
  const change = useMutation({
    mutationFn: () => changeWebhook(webhook_id, { status: isActive ? 'disabled' : 'active' }),
    onSuccess: async () => {
      await refetch();
      announce(isActive ? 'The webhook is disabled.' : 'The webhook is active.');
    },
  });
  return (
    <>
      <ActionButton type="button" isPending={change.isPending} onClick={() => change.mutate()}>
        {isActive ? 'Disable' : 'Enable'}
      </ActionButton>
      {change.error && <ProblemNotice error={change.error} />}
    </>
  );
}

function DeleteButton({ webhook: { webhook_id, url } }: { readonly webhook: Webhook }) {
  const refetch = useWebhookRefetch();
  const remove = useMutation({
    mutationFn: () => deleteWebhook(webhook_id),
    onSuccess: () => {
      announce('The webhook is deleted.');
      navigate(addressOf('webhooks'));
      void refetch();
    },
  });
  return (
    <>
      <ConfirmButton
        label="Delete"
        title="Delete this webhook?"
        answer="Yes, delete"
        isDangerous
        isPending={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        <p className="webhook-url">
          <strong>{url}</strong>
        </p>
        <p>Nothing more is sent to it. Its secret and the list of its deliveries are deleted too.</p>
      </ConfirmButton>
      {remove.error && <ProblemNotice error={remove.error} />}
    </>
  );
}
