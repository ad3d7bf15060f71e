import { expect, it } from 'vitest';
import type { Delivery } from '../../api/resources.ts';
import { describeNextAttempt, describeOutcome, mayChangeSoon } from './delivery-words.ts';

const NOW_MS = Date.parse('2026-12-01T09:00:00Z');

function delivery(changes: Partial<Delivery>): Delivery {
  return {
    delivery_id: 1,
    event_id: 'evt_1',
    type: 'reservation.held',
    status: 'pending',
    attempts: 1,
    last_status: null,
    last_error: null,
    next_attempt_at: '2026-12-01T09:05:00Z',
    created_at: '2026-12-01T08:00:00Z',
    ...changes,
  };
}

it('an outcome is a status, or a reason in words', () => {
  expect(describeOutcome({ last_status: null, last_error: null })).toBe('Not sent yet');
  expect(describeOutcome({ last_status: 204, last_error: null })).toBe('Answered 204');
  expect(describeOutcome({ last_status: null, last_error: 'refused' })).toBe('Nothing answers at this address.');
  const last_error = 'The receiver answered 500.';
  expect(describeOutcome({ last_status: 500, last_error })).toBe(last_error);
});

it('the next attempt is named only while there is one', () => {
  expect(describeNextAttempt(delivery({}), true, NOW_MS)).toBe('Next attempt in 5 min');
  expect(describeNextAttempt(delivery({}), true, NOW_MS + 300_000)).toBe('Next attempt now');
  expect(describeNextAttempt(delivery({}), false, NOW_MS)).toBe('Waits until you enable the webhook');
  expect(describeNextAttempt(delivery({ status: 'failed', next_attempt_at: null }), true, NOW_MS)).toBeUndefined();
});

it('only a delivery that is due soon may change soon', () => {
  expect(mayChangeSoon(delivery({}), true, NOW_MS)).toBe(false);
  expect(mayChangeSoon(delivery({}), true, NOW_MS + 290_000)).toBe(true);
  expect(mayChangeSoon(delivery({}), false, NOW_MS + 290_000)).toBe(false);
  expect(mayChangeSoon(delivery({ type: 'webhook.test', next_attempt_at: null }), false, NOW_MS)).toBe(true);
  expect(mayChangeSoon(delivery({ status: 'delivered' }), true, NOW_MS + 290_000)).toBe(false);
});
