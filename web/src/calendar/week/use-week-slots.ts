import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Cached, CachedQuery } from '../../api/cached.ts';
import { isDisconnected } from '../../api/connection-state.ts';
import { fetchPages } from '../../api/fetch-pages.ts';
import { reconnectNow } from '../../api/live-updates.ts';
import { reservationPages, slotPages } from '../../api/queries.ts';
import { fetchRecovering, retryAfterMs } from '../../api/recovery.ts';
import { serverNowMs } from '../../api/server-clock.ts';
import { DEFAULT_FRESH_FOR_MS, MIN_REFETCH_MS } from '../../api/use-cached.ts';
import { addDays } from '../../calendar-dates.ts';
import { isReplaced, toWeekSlot, type WeekSlot } from './week-slot.ts';

/** `expires_at` has whole seconds and the server's clock is known to half a second, so expiry is certain only later. */
const EXPIRY_MARGIN_MS = 1_500;

/** A provider's slots of a week, and of a day before and after it. */
export function useWeekSlots(providerId: number, timeZone: string, start: string) {
  const client = useQueryClient();
  const key: CachedQuery<unknown>['key'] = ['slots', providerId, 'calendar', start];
  const query = useQuery<Cached<readonly WeekSlot[]>>({
    queryKey: key,
    queryFn: ({ signal }) => fetchRecovering(key, () => fetchWeekSlots(providerId, timeZone, start, signal)),
    staleTime: DEFAULT_FRESH_FOR_MS,
    refetchInterval: (current) => {
      const { data, error } = current.state;
      if (error !== null) return retryAfterMs(current);
      return data === undefined ? false : refetchAfterMs(data);
    },
    structuralSharing: false,
  });
  return {
    slots: query.data?.body,
    cached: query.data,
    error: query.error,
    refresh: () => {
      if (isDisconnected()) reconnectNow();
      else void client.invalidateQueries({ queryKey: key });
    },
  };
}

/**
 * Fetches slots and reservations and caches them as one response: a slot that arrives before its reservation would look
 * blocked for a moment.
 */
async function fetchWeekSlots(
  providerId: number,
  timeZone: string,
  start: string,
  signal: AbortSignal,
): Promise<Cached<readonly WeekSlot[]>> {
  // The week is one of the provider's zone; a day more on either side covers it in any zone.
  const times = {
    provider_id: providerId,
    from: `${addDays(start, -1)}T00:00:00Z`,
    to: `${addDays(start, 8)}T00:00:00Z`,
  };
  const [pagesOfSlots, pagesOfReservations] = await Promise.all([
    fetchPages(slotPages(times), DEFAULT_FRESH_FOR_MS, signal),
    fetchPages(reservationPages(times), DEFAULT_FRESH_FOR_MS, signal),
  ]);
  const reservations = pagesOfReservations.flatMap(({ body }) => body.reservations);
  const bySlot = Map.groupBy(reservations, ({ slot_id }) => slot_id);
  const slots = pagesOfSlots
    .flatMap(({ body }) => body.slots)
    .map((slot) => toWeekSlot(slot, timeZone, bySlot.get(slot.slot_id) ?? []));
  return { ...pagesOfSlots[0], body: slots.filter((slot) => !isReplaced(slot, slots)) };
}

/** Time to the end of the staleness bound or to the next expiry of a hold, of which the server sends no event. */
function refetchAfterMs({ body, freshUntilMs }: Cached<readonly WeekSlot[]>): number {
  const expiriesMs = body
    .flatMap(({ reservations }) => reservations)
    .filter(({ status }) => status === 'held')
    .map(({ expires_at }) => Date.parse(expires_at) + EXPIRY_MARGIN_MS - serverNowMs());
  return Math.max(MIN_REFETCH_MS, Math.min(freshUntilMs - Date.now(), ...expiriesMs));
}
