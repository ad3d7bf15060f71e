import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type BookingAnswer, type BookingRequest, SupplierFailure, type UpstreamId } from './adapter.ts';
import type { Incoming } from './exchange.ts';
import type { SupplierHttp } from './supplier-http.ts';
import { UpstreamIdField } from './upstream-fields.ts';

const bookedAnswer = Compile(Type.Object({ id: UpstreamIdField }));

const MISSING = new Set([404, 410]);
/** Statuses that may not repeat: a wrong key can be corrected, and the others ask for a later retry. */
const TEMPORARY = new Set([401, 403, 408, 425, 429]);

/** `POST /bookings`, which both kinds of supplier share except for the name of the slot's field. */
export async function bookUpstream(
  http: SupplierHttp,
  idField: 'slot_id' | 'item_id',
  { key, slot, quantity, reference }: BookingRequest,
  signal: AbortSignal,
): Promise<BookingAnswer> {
  const json = { [idField]: slot, quantity, reference };
  const headers = { 'idempotency-key': key };
  const answer = await http.send({ method: 'POST', path: '/bookings', headers, json }, signal);
  const { status } = answer;
  if (status === 200 || status === 201) return { kind: 'booked', id: http.parse(answer, bookedAnswer).id };
  if (status === 409 || isMissing(http, answer)) return { kind: 'refused', reason: http.summarize(answer) };
  if (status >= 400 && status < 500 && !TEMPORARY.has(status)) {
    return { kind: 'rejected', reason: http.summarize(answer) };
  }
  throw http.failure(answer);
}

/** `DELETE /bookings/{id}`. A booking that does not exist counts as cancelled. */
export async function cancelUpstream(http: SupplierHttp, id: UpstreamId, signal: AbortSignal): Promise<void> {
  const answer = await http.send({ method: 'DELETE', path: `/bookings/${encodeURIComponent(id)}` }, signal);
  const isCancelled = answer.status >= 200 && answer.status < 300;
  if (!isCancelled && !isMissing(http, answer)) throw http.failure(answer);
}

/**
 * Whether the supplier says that the slot or the booking does not exist. Before its first valid answer, `base_url` may
 * be wrong and the status says nothing about the booking: that is a failure, which is retried.
 */
function isMissing(http: SupplierHttp, answer: Incoming): boolean {
  if (!MISSING.has(answer.status)) return false;
  if (http.hasAnsweredValidly) return true;
  throw new SupplierFailure(`${http.summarize(answer)}; no request has succeeded yet, so base_url may be wrong`);
}
