import { describe, expect, it } from 'vitest';
import { delayAfterFailure, nextStep, RETRY_POLICY } from './retry-policy.ts';

describe('nextStep', () => {
  it('a desired booking is sent, whether or not it was sent before', () => {
    for (const wasSent of [false, true]) {
      expect(nextStep({ desiredState: 'booked', wasSent, upstreamId: null })).toEqual({ kind: 'book' });
    }
  });

  it('a cancelled booking that was never sent is finished without a request', () => {
    expect(nextStep({ desiredState: 'cancelled', wasSent: false, upstreamId: null })).toEqual({ kind: 'finish' });
  });

  it('a cancelled booking with an unknown id is booked again, and is cancelled once its id is known', () => {
    expect(nextStep({ desiredState: 'cancelled', wasSent: true, upstreamId: null })).toEqual({ kind: 'book' });
    expect(nextStep({ desiredState: 'cancelled', wasSent: true, upstreamId: 7 })).toEqual({ kind: 'cancel', id: 7 });
  });
});

describe('delayAfterFailure', () => {
  it('the longest delay doubles from half a second up to one minute', () => {
    const longest = Array.from({ length: 12 }, (_, index) => delayAfterFailure(index + 1, 1, undefined, RETRY_POLICY));
    expect(longest.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    expect(longest.slice(8)).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(delayAfterFailure(9, 0, undefined, RETRY_POLICY)).toBe(30_000);
  });

  it('a retry is due at the time that the supplier names, also after many failures', () => {
    expect(delayAfterFailure(1, 0.5, 9_000, RETRY_POLICY)).toBe(9_000);
    expect(delayAfterFailure(100, 0.5, 2_000, RETRY_POLICY)).toBe(2_000);
  });

  it('the last attempt parks the entry', () => {
    expect(delayAfterFailure(129, 0, undefined, RETRY_POLICY)).toBe(30_000);
    expect(delayAfterFailure(130, 0, 9_000, RETRY_POLICY)).toBe('park');
  });
});
