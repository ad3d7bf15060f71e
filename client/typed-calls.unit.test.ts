import { expect, it } from 'vitest';
import { createClient } from './index.ts';

it('calls that the API does not have do not compile', () => {
  const client = createClient();
  // Never called. The compiler reports each line here that compiles.
  const mistakes = () => [
    // @ts-expect-error no such path
    client.get('/api/v1/slot'),
    // @ts-expect-error not by this method
    client.put('/api/v1/slots', {}),
    // @ts-expect-error the path needs an id
    client.exchange.get('/api/v1/slots/{id}'),
    // @ts-expect-error no such query
    client.exchange.get('/api/v1/slots', { query: { provider: 1 } }),
    // @ts-expect-error the query needs a date
    client.get('/api/v1/experience/{id}/dates', { query: { date: undefined } }),
    // @ts-expect-error a field of the body is missing
    client.post('/api/v1/reservations', { body: { client_id: 1 } }),
    // @ts-expect-error no such field in the answer
    client.get('/healthz').then(({ state }) => state),
    // @ts-expect-error at 304 there is no body
    client.exchange.get('/healthz').then(({ body }) => body.status),
  ];
  const sound = () => [
    client
      .get('/api/v1/slots', { query: { provider_id: 1, cursor: undefined } })
      .then(({ slots }) => slots[0]?.slot_id),
    client.exchange.post('/api/v1/sync/pause').then(({ body }) => body.status),
  ];
  expect([mistakes.length, sound.length]).toEqual([0, 0]);
});
