import { EventParser } from '../../../client/events/event-parser.ts';

/** A listener of the event stream whose connections are cut in the middle of an event. */
export interface CutStream extends AsyncDisposable {
  /** Changes that have arrived: `7 reservation.confirmed`. */
  readonly seen: ReadonlySet<string>;
  readonly cuts: number;
}

interface CutStreamOptions {
  /** Whether it sends the id of the last event when it connects again. */
  readonly resumes: boolean;
  /** Changes that a connection receives before it is cut. */
  readonly changes: number;
  /** The instance to connect to. */
  port(cuts: number): number;
  /** Resolves when the listener should connect again, or when `signal` aborts. */
  untilReconnect(signal: AbortSignal): Promise<void>;
}

/** Resolves when the stream has begun. */
export async function openCutStream({ resumes, changes, port, untilReconnect }: CutStreamOptions): Promise<CutStream> {
  const stopped = new AbortController();
  const seen = new Set<string>();
  const ready = Promise.withResolvers<void>();
  let cuts = 0;
  let lastEventId = '';

  function take(parser: EventParser, chunk: Uint8Array): number {
    let taken = 0;
    for (const { type, data } of parser.push(chunk)) {
      if (type === 'ready') ready.resolve();
      if (type !== 'reservation') continue;
      const change = JSON.parse(data);
      seen.add(`${change.reservation_id} ${change.type}`);
      taken += 1;
    }
    lastEventId = parser.lastEventId;
    return taken;
  }

  async function readOneConnection(): Promise<void> {
    const headers = resumes && lastEventId !== '' ? { 'last-event-id': lastEventId } : {};
    const url = `http://127.0.0.1:${port(cuts)}/api/v1/events?topics=reservations`;
    const { body } = await fetch(url, { headers, signal: stopped.signal });
    if (body === null) throw new Error('the stream has no body');
    const parser = new EventParser(lastEventId);
    let left = changes;
    // Leaving the loop closes the connection. The rest of its last chunk is lost.
    for await (const chunk of body) {
      const isLast = left <= 0;
      left -= take(parser, isLast ? chunk.subarray(0, chunk.length / 2) : chunk);
      if (isLast) break;
    }
  }

  const reading = (async () => {
    while (!stopped.signal.aborted) {
      await readOneConnection();
      cuts += 1;
      await untilReconnect(stopped.signal);
    }
  })().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  await Promise.race([ready.promise, reading]);
  return {
    seen,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await reading;
    },
  };
}
