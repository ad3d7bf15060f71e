import { expect, it } from 'vitest';
import { listen } from './event-stream.ts';

/** A server that answers each connection with these bytes and ends. */
const answeringWith =
  (...streams: Buffer[]): typeof fetch =>
  async () =>
    new Response(streams.shift() ?? null, { headers: { 'content-type': 'text/event-stream' } });

const event = (text: string | Buffer) =>
  Buffer.concat([
    Buffer.from('retry: 1\nevent: sync\ndata: {"supplier_id":"'),
    Buffer.from(text as string),
    Buffer.from('"}\n\n'),
  ]);

it('a stream with bytes that are not UTF-8 breaks, and the client connects again', async () => {
  const stop = new AbortController();
  let breaks = 0;
  const send = answeringWith(event(Buffer.from([0x6d, 0xff])), event('mü'));
  const events = listen('http://server/', send, { signal: stop.signal, onBreak: () => (breaks += 1) });
  const { value } = await events.next();
  expect([breaks, value]).toEqual([1, { type: 'sync', data: { supplier_id: 'mü' } }]);
  stop.abort();
});
