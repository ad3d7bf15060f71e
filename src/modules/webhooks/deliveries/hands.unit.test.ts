import { describe, expect, it } from 'vitest';
import type { ClaimedDelivery } from './delivery-store.ts';
import { Hands, type InHand } from './hands.ts';

const LIMITS = { deliveries: 10_000, perWebhook: 10_000, trials: 10_000, tests: 10_000 };

let lastId = 0;
function deliveriesOf(webhookId: number, count: number, more: Partial<ClaimedDelivery> = {}): ClaimedDelivery[] {
  return Array.from({ length: count }, () => {
    lastId += 1;
    const content = { url: 'https://shop.example/', eventId: `evt_${lastId}`, body: '{}', secrets: [] };
    return { deliveryId: lastId, webhookId, attempts: 0, isSingle: false, isProven: true, ...content, ...more };
  });
}

function openAll(hands: Hands): InHand[] {
  const opened: InHand[] = [];
  for (let held = hands.openNext(); held !== undefined; held = hands.openNext()) opened.push(held);
  return opened;
}

const webhookOf = (held: InHand | undefined) => held?.delivery.webhookId;

describe('deliveries in hand', () => {
  it('a webhook alone has 16 requests open', () => {
    const hands = new Hands();
    hands.add(deliveriesOf(1, 100), performance.now(), LIMITS);
    expect(openAll(hands)).toHaveLength(16);
  });

  it.each([30, 100])('while %i webhooks hang, the next one finds a place at once', (hanging) => {
    const hands = new Hands();
    for (let webhook = 1; webhook <= hanging; webhook += 1) {
      hands.add(deliveriesOf(webhook, 100), performance.now(), LIMITS);
      openAll(hands);
    }
    hands.add(deliveriesOf(9_999, 1), performance.now(), LIMITS);
    expect(webhookOf(hands.openNext())).toBe(9_999);
  });

  it('requests never exceed 512, however many webhooks there are', () => {
    const hands = new Hands();
    for (let webhook = 1; webhook <= 1_000; webhook += 1)
      hands.add(deliveriesOf(webhook, 2), performance.now(), LIMITS);
    expect(openAll(hands)).toHaveLength(512);
  });

  it('webhooks take turns', () => {
    const hands = new Hands();
    for (const webhook of [1, 2, 3]) hands.add(deliveriesOf(webhook, 2), performance.now(), LIMITS);
    expect(openAll(hands).map(webhookOf)).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('deliveries in hand are at most 2,048, and one webhook never claims all that is left', () => {
    const hands = new Hands();
    for (let webhook = 1; ; webhook += 1) {
      const limits = hands.claimLimits(256);
      const claimed = Math.min(limits.deliveries, limits.perWebhook);
      if (claimed === 0) break;
      hands.add(deliveriesOf(webhook, claimed), performance.now(), limits);
    }
    expect(hands.all()).toHaveLength(2_048);
    expect(hands.counts().size).toBeGreaterThan(40);
  });

  it('after five failures in a row, what waits of a webhook is unwanted', () => {
    const hands = new Hands();
    hands.add(deliveriesOf(1, 20), performance.now(), LIMITS);
    const ends = openAll(hands)
      .slice(0, 5)
      .map((held) => hands.end(held, false).unwanted.length);
    expect(ends).toEqual([0, 0, 0, 0, 4]);
  });

  it('control: a success in between keeps them', () => {
    const hands = new Hands();
    hands.add(deliveriesOf(1, 20), performance.now(), LIMITS);
    const ends = openAll(hands)
      .slice(0, 5)
      .map((held, index) => hands.end(held, index === 2).unwanted.length);
    expect(ends).toEqual([0, 0, 0, 0, 0]);
  });

  it('a delivery whose claim may have ended is not sent', () => {
    const hands = new Hands();
    hands.add(deliveriesOf(1, 3), performance.now() - 7_000, LIMITS);
    expect(hands.openNext()).toBeUndefined();
    expect(hands.all()).toEqual([]);
  });

  it('a test does not count among the deliveries of its webhook', () => {
    const hands = new Hands();
    hands.add(deliveriesOf(1, 1, { isSingle: true }), performance.now(), LIMITS);
    expect([hands.testing(), [...hands.counts()]]).toEqual([[1], []]);
    const held = hands.openNext();
    if (held === undefined) throw new Error('the test was not opened');
    hands.end(held, true);
    hands.remove(held);
    expect(hands.testing()).toEqual([]);
  });
});
