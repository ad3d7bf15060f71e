import { HoldfastProblem, readProblem } from './holdfast-problem.ts';
import { wait } from './wait.ts';

interface SlotData {
  readonly slot_id: number;
  readonly provider_id: number | null;
}

interface EventData {
  /** The stream is connected, and reports every change from here on. */
  ready: object;
  /** Some events were missed. Fetch everything that is displayed again. */
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
  /** Too much has changed under this topic to report each change. Fetch what is displayed again. */
  many: { readonly topic: EventTopic };
  freshness: { readonly views: readonly (Readonly<Record<string, number>> & { readonly view: string })[] };
}

export type EventTopic = 'slots' | 'reservations' | 'bookings' | 'sync' | 'freshness';

export type HoldfastEvent = {
  [type in keyof EventData]: { readonly type: type; readonly data: EventData[type] };
}[keyof EventData];

export interface EventOptions {
  /** Defaults to all topics. */
  readonly topics?: readonly EventTopic[];
  readonly providerId?: number;
  readonly signal?: AbortSignal;
  /** Called when the connection ends or fails, before the client connects again. The next event means that it has. */
  readonly onBreak?: () => void;
}

/** Silence after which the connection counts as dead. The server sends something at least every 15 seconds. */
const SILENT_MS = 45_000;
const LONGEST_WAIT_MS = 10_000;

/**
 * Yields events, and reconnects with the last id after a break, so that each event arrives at least once. The server
 * disconnects a reader that is too slow, and the reader reconnects in the same way.
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
