import type { SupplierBooking } from '../../../src/simulator/inventory/bookings.ts';
import type { StoredWriteBack } from './write-back-fixture.ts';

/** Compares our write-backs with the supplier's bookings. @returns one sentence for each difference */
export function auditWriteBacks(stored: readonly StoredWriteBack[], upstream: readonly SupplierBooking[]): string[] {
  const heldByReference = Map.groupBy(
    upstream.filter(({ cancelled }) => !cancelled),
    ({ reference }) => reference,
  );
  const breaches = stored.flatMap((entry) => {
    const name = `reservation ${entry.reservation_id}, ${entry.status}, ${entry.desired_state} and ${entry.state},`;
    const held = heldByReference.get(`holdfast-${entry.reservation_id}`) ?? [];
    if (entry.state === 'waiting') return [`${name} is not settled`];
    if (entry.state === 'parked') return entry.reason ? [] : [`${name} has no reason`];
    if (entry.status !== 'confirmed') return held.length === 0 ? [] : [`${name} is held ${held.length} times`];
    if (held.length !== 1) return [`${name} is held ${held.length} times`];
    const [booking] = held;
    const isSame =
      JSON.stringify(booking?.id) === entry.upstream_id &&
      JSON.stringify(booking?.unitId) === entry.unit_id &&
      booking?.quantity === entry.quantity;
    return isSame ? [] : [`${name} differs from the supplier's booking ${JSON.stringify(booking)}`];
  });
  const ours = new Set(stored.map(({ reservation_id }) => `holdfast-${reservation_id}`));
  const foreign = upstream.filter(({ reference }) => !ours.has(reference));
  return [...breaches, ...foreign.map(({ reference }) => `the supplier holds ${reference}, which is not ours`)];
}
