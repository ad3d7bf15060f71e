import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

const POLL_EVERY_MS = 2_000;
const QUERIES = { queryKey: ['webhooks'] };

/** Fetches what the view shows of webhooks again every 2 s, while this is needed and the visitor sees the page. */
export function useWebhookPolling(isNeeded: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!isNeeded) return;
    const timer = window.setInterval(() => {
      // A response that takes longer than the interval still arrives.
      if (!document.hidden) void queries.invalidateQueries(QUERIES, { cancelRefetch: false });
    }, POLL_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [isNeeded, queries]);
}

/** Returns a function that fetches what the view shows of webhooks again after the visitor's own change. */
export function useWebhookRefetch(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries(QUERIES);
}
