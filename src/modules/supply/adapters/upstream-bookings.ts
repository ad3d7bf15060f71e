import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Booking, type BookingAnswer, SupplierFailure, type UpstreamId } from './adapter.ts';
import type { Incoming } from './exchange.ts';
import type { SupplierHttp } from './supplier-http.ts';
import { UpstreamIdField } from './upstream-fields.ts';

const booked = Compile(Type.Object({ id: UpstreamIdField }));

/** Nothing there, and gone for good. */
const MISSING = new Set([404, 410]);
/** The key may be put right, and the others say themselves that they pass. */
const PASSING = new Set([401, 403, 408, 425, 429]);

/** `POST /bookings`, which both kinds of supplier share but for the name of a slot. */
export async function bookUpstream(
  http: SupplierHttp,
  idField: 'slot_id' | 'item_id',
  { key, slot, quantity, reference }: Booking,
  signal: AbortSignal,
): Promise<BookingAnswer> {
  const json = { [idField]: slot, quantity, reference };
  const headers = { 'idempotency-key': key };
  const answer = await http.send({ method: 'POST', path: '/bookings', headers, json }, signal);
  const { status } = answer;
  if (status === 200 || status === 201) return { kind: 'booked', id: http.believed(answer, booked).id };
  if (status === 409 || isMissing(http, answer)) return { kind: 'refused', reason: http.said(answer) };
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { kind: 'rejected', reason: http.said(answer) };
  throw http.failure(answer);
}

/** `DELETE /bookings/{id}`. That there is no such booking is as good as that it ended. */
export async function cancelUpstream(http: SupplierHttp, id: UpstreamId, signal: AbortSignal): Promise<void> {
  const answer = await http.send({ method: 'DELETE', path: `/bookings/${encodeURIComponent(id)}` }, signal);
  const isOver = answer.status >= 200 && answer.status < 300;
  if (!isOver && !isMissing(http, answer)) throw http.failure(answer);
}

/** What is missing at an address that may be mistyped says nothing of the booking: it is asked for again. */
function isMissing(http: SupplierHttp, answer: Incoming): boolean {
  if (!MISSING.has(answer.status)) return false;
  if (http.hasServed) return true;
  throw new SupplierFailure(`${http.said(answer)}; it has answered nothing well yet, so base_url may be wrong`);
}
