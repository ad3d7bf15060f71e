import type { Booking } from '../../../src/simulator/inventory/bookings.ts';
import type { StoredWriteBack } from './write-back-fixture.ts';

/** What a supplier and we say of the same bookings, and where that differs. */
export function auditWriteBacks(stored: readonly StoredWriteBack[], upstream: readonly Booking[]): string[] {
  const heldBy = Map.groupBy(
    upstream.filter(({ cancelled }) => !cancelled),
    ({ reference }) => reference,
  );
  const breaches = stored.flatMap((entry) => {
    const name = `reservation ${entry.reservation_id}, ${entry.status}, ${entry.wanted} and ${entry.state},`;
    const held = heldBy.get(`holdfast-${entry.reservation_id}`) ?? [];
    if (entry.state === 'waiting') return [`${name} is not settled`];
    if (entry.state === 'parked') return entry.reason ? [] : [`${name} gives no reason`];
    if (entry.status !== 'confirmed') return held.length === 0 ? [] : [`${name} is held ${held.length} times`];
    if (held.length !== 1) return [`${name} is held ${held.length} times`];
    const [booking] = held;
    const isSame =
      JSON.stringify(booking?.id) === entry.upstream_id &&
      JSON.stringify(booking?.unitId) === entry.unit_id &&
      booking?.quantity === entry.quantity;
    return isSame ? [] : [`${name} is another booking there: ${JSON.stringify(booking)}`];
  });
  const known = new Set(stored.map(({ reservation_id }) => `holdfast-${reservation_id}`));
  const foreign = upstream.filter(({ reference }) => !known.has(reference));
  return [...breaches, ...foreign.map(({ reference }) => `the supplier holds ${reference}, which is not ours`)];
}
