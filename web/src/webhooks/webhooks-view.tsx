import '../styles/rows.css';
import '../styles/webhooks.css';
import { useEffect, useRef } from 'react';
import { focusViewIfLost } from '../components/focus.ts';
import { useAddressParams } from '../shell/addresses.ts';
import { WebhookDetails } from './webhook-details.tsx';
import { WebhookList } from './webhook-list.tsx';

/** The webhook that the address names, or the list of all. */
export function WebhooksView() {
  const [{ webhook }] = useAddressParams();
  useFocusAtChange(webhook);
  return webhook === undefined ? <WebhookList /> : <WebhookDetails key={webhook} id={webhook} />;
}

/** A link that opens another webhook disappears with the focus. */
function useFocusAtChange(webhook: number | undefined): void {
  const open = useRef(webhook);
  useEffect(() => {
    if (open.current === webhook) return;
    open.current = webhook;
    focusViewIfLost();
    window.scrollTo(0, 0);
  }, [webhook]);
}
