import { toSeconds } from '../../../platform/time/instant.ts';
import type { ClientErasure } from '../../reservations/index.ts';

/** The report of an erasure as answers show it. */
export function toErasureResponse({ client_id, erased_at, report }: ClientErasure) {
  return { client_id, erased_at: toSeconds(erased_at), removed: report };
}
