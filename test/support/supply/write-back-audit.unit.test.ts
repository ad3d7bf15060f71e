import { describe, expect, it } from 'vitest';
import { auditWriteBacks } from './write-back-audit.ts';
import type { StoredWriteBack } from './write-back-fixture.ts';

describe('auditWriteBacks', () => {
  const entry: StoredWriteBack = {
    reservation_id: 4,
    supplier_id: 'venue',
    key: 'k',
    quantity: 1,
    desired_state: 'booked',
    state: 'done',
    reason: null,
    refusal: null,
    status: 'confirmed',
    upstream_id: '9',
    unit_id: '7',
    decided_us: '0',
  };
  const booking = { id: 9, key: 'k', reference: 'holdfast-4', unitId: 7, quantity: 1, cancelled: false };

  it('the audit finds bookings held twice, not held, held after their end, or held by mistake', () => {
    expect(auditWriteBacks([entry], [booking])).toEqual([]);
    expect(auditWriteBacks([entry], [booking, booking])).toHaveLength(1);
    expect(auditWriteBacks([entry], [])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, status: 'cancelled' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, status: 'conflict', state: 'refused' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, state: 'waiting' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, state: 'parked' }], [])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, unit_id: '"7"' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([], [booking])).toHaveLength(1);
  });
});
