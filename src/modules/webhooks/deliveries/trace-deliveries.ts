import type { Tracing } from '../../../platform/tracing/tracing.ts';
import type { Send } from './attempt.ts';

/**
 * Gives each request to a webhook a span where there is tracing, and the receiver its `traceparent`. Neither the address
 * nor the body is recorded: both may hold a secret.
 */
export function traceDeliveries(tracing: Tracing | undefined, send: Send): Send {
  if (!tracing) return send;
  return (url, headers, body, options) => {
    const attributes = { 'http.request.method': 'POST', 'holdfast.event_id': headers['webhook-id'] ?? '' };
    return tracing.run('POST webhook', { kind: 'client', parent: 'none', attributes }, async (span) => {
      const result = await send(url, { ...headers, traceparent: span.traceparent }, body, options);
      if (result.ok) span.set({ 'http.response.status_code': result.status });
      else span.set({ 'error.type': result.reason });
      return result;
    });
  };
}
