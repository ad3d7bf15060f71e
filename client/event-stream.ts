import { HoldfastProblem, readProblem } from './holdfast-problem.ts';
import { wait } from './wait.ts';

interface SlotData {
  readonly slot_id: number;
  readonly provider_id: number | null;
}

interface EventData {
  /** From here on nothing is missed. */
  ready: object;
  /** Something was missed: fetch anew. */
  reset: object;
  slot: SlotData;
  reservation: SlotData & { readonly reservation_id: number; readonly status: string };
  booking: SlotData & {
    readonly reservation_id: number;
    readonly supplier_id: string;
    readonly desired_state: string;
    readonly state: string;
  };
  sync: { readonly supplier_id: string };
  /** So much has changed under this topic that it is not told one by one. */
  many: { readonly topic: EventTopic };
  freshness: { readonly views: readonly (Readonly<Record<string, number>> & { readonly view: string })[] };
}

export type EventTopic = 'slots' | 'reservations' | 'bookings' | 'sync' | 'freshness';

export type HoldfastEvent = {
  [type in keyof EventData]: { readonly type: type; readonly data: EventData[type] };
}[keyof EventData];

export interface EventOptions {
  /** All unless told. */
  readonly topics?: readonly EventTopic[];
  readonly providerId?: number;
  readonly signal?: AbortSignal;
  /** The connection has ended or could not be made, and is made anew; the next event tells that it stands again. */
  readonly onBreak?: () => void;
}

/** The server says something at least every 15 seconds; a connection that is silent for longer is dead. */
const SILENT_MS = 45_000;
const LONGEST_WAIT_MS = 10_000;

/**
 * Listens, and comes back with the last id after a break, so that each event arrives at least once. Who takes events
 * too slowly is cut off by the server and comes back the same way.
 */
export async function* listen(
  url: string,
  send: typeof fetch,
  { topics, providerId, signal, onBreak }: EventOptions = {},
): AsyncGenerator<HoldfastEvent, void, undefined> {
  const search = new URLSearchParams();
  if (topics) search.set('topics', topics.join(','));
  if (providerId !== undefined) search.set('provider_id', String(providerId));
  const place = { lastId: '', retryMs: 1_000 };
  for (let failures = 0; !signal?.aborted; failures += 1) {
    try {
      for await (const event of connection(`${url}?${search}`, send, place, signal)) {
        failures = 0;
        yield event;
      }
    } catch (error) {
      const refused = error instanceof HoldfastProblem && error.status < 500;
      if (refused && !signal?.aborted) throw error;
    }
    if (!signal?.aborted) onBreak?.();
    const waitMs = Math.min(place.retryMs * 2 ** failures, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
    await wait(waitMs, signal).catch(() => {});
  }
}

interface Place {
  lastId: string;
  retryMs: number;
}

async function* connection(
  url: string,
  send: typeof fetch,
  place: Place,
  signal?: AbortSignal,
): AsyncGenerator<HoldfastEvent, void, undefined> {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal?.addEventListener('abort', end, { once: true });
  let silence = setTimeout(end, SILENT_MS);
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (place.lastId !== '') headers['last-event-id'] = place.lastId;
    const response = await send(url, { headers, cache: 'no-store', signal: ended.signal });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.ok || !response.body || !isStream) throw await readProblem(response);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = readBlock(block, place);
        if (event) yield event;
      }
      silence = setTimeout(end, SILENT_MS);
    }
  } finally {
    clearTimeout(silence);
    signal?.removeEventListener('abort', end);
    end();
  }
}

/** The lines between two empty ones, as this server writes them: `name: value`, each ended by LF. */
function readBlock(block: string, place: Place): HoldfastEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const retry = fields.get('retry');
  if (retry !== undefined) place.retryMs = Number(retry);
  place.lastId = fields.get('id') ?? place.lastId;
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { type: fields.get('event'), data: JSON.parse(data) } as HoldfastEvent;
}
