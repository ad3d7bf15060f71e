import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Webhook, WebhookChanges } from '../api/resources.ts';
import { announce } from '../components/announcer.tsx';
import { Dialog } from '../components/dialog.tsx';
import { areAllEvents, expandFilters } from './event-groups.ts';
import { useWebhookRefetch } from './use-webhook-updates.ts';
import { WebhookForm } from './webhook-form.tsx';
import { changeWebhook } from './webhook-requests.ts';

/** Changes the URL, the events and the description of a webhook. */
export function EditButton({ webhook }: { readonly webhook: Webhook }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setIsOpen(true)}>
        Edit
      </button>
      {isOpen && <EditDialog webhook={webhook} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function EditDialog({ webhook, onClose }: { readonly webhook: Webhook; readonly onClose: () => void }) {
  const { webhook_id, url, description, events } = webhook;
  const refetch = useWebhookRefetch();
  const change = useMutation({
    mutationFn: (changes: WebhookChanges) => changeWebhook(webhook_id, changes),
    onSuccess: async () => {
      await refetch();
      announce('The webhook is changed.');
      onClose();
    },
  });
  const draft = {
    url,
    description: description ?? '',
    types: areAllEvents(events) ? undefined : expandFilters(events),
    providerId: undefined,
  };
  return (
    <Dialog title="Edit webhook" onClose={onClose}>
      <WebhookForm
        draft={draft}
        isNew={false}
        label="Save"
        isPending={change.isPending}
        error={change.error}
        onSubmit={change.mutate}
      />
    </Dialog>
  );
}
