import type { Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type InstantText, toSeconds } from '../../../platform/time/instant.ts';
import type { OutboxRow } from '../../events/index.ts';
import { describeOrders } from '../../orders/index.ts';
import { describeChanges, describeReservations, describeSlots } from '../../reservations/index.ts';

/** One thing that happened, as it is sent to webhooks. */
export interface DescribedEvent {
  readonly at: InstantText;
  /** Events with the same key arrive one after another; `null` for those without an order. */
  readonly orderKey: string | null;
  /** The provider that it concerns; `null` if none. */
  readonly providerId: Id | null;
  /** The thing as the API shows it, as JSON. */
  readonly data: string;
  /** The ids of the thing, for when `data` is too long. */
  readonly ids: Readonly<Record<string, unknown>>;
}

/** The entry of a supplier in the sync status; `undefined` for one that this instance does not know. */
export type DescribeSupplier = (supplierId: string) => Promise<object | undefined>;

/** The events of a row of the outbox, in the order in which they happened. */
export async function describeEvents(
  reader: Reader,
  row: OutboxRow,
  describeSupplier: DescribeSupplier,
): Promise<DescribedEvent[]> {
  switch (row.kind) {
    case 'reservation':
      return describeReservationRow(reader, row);
    case 'departure':
      return describeDepartureRow(row);
    case 'booking':
      return describeBookingRow(reader, row);
    case 'availability':
      return describeAvailabilityRow(reader, row);
    case 'order':
      return describeOrderRow(reader, row);
    case 'vehicle':
      return describeVehicleRow(row);
    case 'sync':
      return describeSupplierRow(row, describeSupplier);
    default:
      throw new Error(`the event log has an event of the unknown kind ${row.kind}`);
  }
}

async function describeReservationRow(reader: Reader, row: OutboxRow): Promise<DescribedEvent[]> {
  const historyIds = row.historyIds ?? [];
  const changes = await describeChanges(reader, historyIds);
  return historyIds.flatMap((historyId) => {
    const change = changes.get(historyId);
    return change ? [reservationEvent(change.at, change.reservation)] : [];
  });
}

/** Reservations that left the slots of a provider for those of another one. It may not read them any more. */
function describeDepartureRow(row: OutboxRow): DescribedEvent[] {
  return (row.reservationIds ?? []).map((reservation_id, index) => {
    const slot_id = row.slotIds?.[index] ?? null;
    const provider_id = row.providerIds?.[index] ?? null;
    const data = { reservation_id, slot_id, provider_id, moved_away: true };
    const event = { at: row.recordedAt, orderKey: `reservation:${reservation_id}`, providerId: provider_id };
    return { ...event, data: JSON.stringify(data), ids: data };
  });
}

async function describeBookingRow(reader: Reader, row: OutboxRow): Promise<DescribedEvent[]> {
  const ids = row.reservationIds ?? [];
  const reservations = await describeReservations(reader, ids);
  const { supplier_id } = row.attributes;
  return ids.flatMap((id) => {
    const reservation = reservations.get(id);
    return reservation ? [reservationEvent(row.recordedAt, { ...reservation, supplier_id })] : [];
  });
}

interface ReservationIds {
  readonly reservation_id: Id;
  readonly slot_id: Id;
  readonly provider_id: Id | null;
  readonly client_id: Id;
}

function reservationEvent<R extends ReservationIds>(at: InstantText, reservation: R): DescribedEvent {
  const { reservation_id, slot_id, provider_id, client_id } = reservation;
  return {
    at,
    orderKey: `reservation:${reservation_id}`,
    providerId: provider_id,
    data: JSON.stringify(reservation),
    ids: { reservation_id, slot_id, provider_id, client_id },
  };
}

async function describeAvailabilityRow(reader: Reader, row: OutboxRow): Promise<DescribedEvent[]> {
  const { more } = row.attributes;
  const from = toSeconds(String(row.attributes.from));
  const to = toSeconds(String(row.attributes.to));
  const provider_id = row.providerIds?.[0] ?? null;
  const slots = await describeSlots(reader, row.slotIds ?? []);
  return [
    {
      at: row.recordedAt,
      orderKey: `availability:${provider_id}`,
      providerId: provider_id,
      data: JSON.stringify({ provider_id, from, to, slots, more }),
      ids: { provider_id, from, to },
    },
  ];
}

async function describeOrderRow(reader: Reader, row: OutboxRow): Promise<DescribedEvent[]> {
  const ids = row.orderIds ?? [];
  const orders = await describeOrders(reader, ids);
  return ids.flatMap((order_id, index) => {
    const data = orders.get(order_id);
    const providerId = row.providerIds?.[index] ?? null;
    const event = { at: row.recordedAt, orderKey: `order:${order_id}`, providerId, ids: { order_id } };
    return data === undefined ? [] : [{ ...event, data }];
  });
}

function describeVehicleRow(row: OutboxRow): DescribedEvent[] {
  const logs = row.attributes.logs as readonly { vehicle_id: Id; state: string; timestamp: string }[];
  return logs.map(({ vehicle_id, state, timestamp }) => ({
    at: row.recordedAt,
    orderKey: `vehicle:${vehicle_id}`,
    providerId: null,
    data: JSON.stringify({ vehicle_id, state, timestamp: Temporal.Instant.from(timestamp).toString() }),
    ids: { vehicle_id },
  }));
}

async function describeSupplierRow(row: OutboxRow, describeSupplier: DescribeSupplier): Promise<DescribedEvent[]> {
  const id = String(row.attributes.supplier_id);
  const data = (await describeSupplier(id)) ?? { id };
  const event = { at: row.recordedAt, orderKey: `supplier:${id}`, providerId: null };
  return [{ ...event, data: JSON.stringify(data), ids: { id } }];
}
