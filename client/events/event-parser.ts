/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The event's name; `message` if the stream gives none. */
  readonly type: string;
  readonly data: string;
}

const LINE_END = /\r\n|\r|\n/;
const DIGITS = /^\d+$/;

/**
 * Parses one connection's `text/event-stream`, as the WHATWG HTML standard defines it. Bytes come in chunks of any size;
 * a chunk may end inside a character or between CR and LF. An event that the connection's end cuts off is dropped.
 */
export class EventParser {
  /** The id of the last event, to send as `Last-Event-ID`. An empty string if there is none. */
  lastEventId: string;
  /** The reconnection time that the server has set, in milliseconds. */
  retryMs: number | undefined;

  /** Strict, unlike the standard's: this server sends UTF-8, and other bytes mean that something on the way broke it. */
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** The start of a line whose end has not arrived. */
  #partialLine = '';
  /** Whether the last chunk ended in CR. Its line is complete; an LF at the start of the next chunk belongs to it. */
  #endedInCr = false;
  #type = '';
  #data: string[] = [];
  #id: string;

  /**
   * @param lastEventId the id that the connection was opened with. It stays in force until an event has another: the
   * standard starts from an empty string, but browsers do not, and a second break would lose the place.
   */
  constructor(lastEventId = '') {
    this.lastEventId = lastEventId;
    this.#id = lastEventId;
  }

  /** Reads a chunk. Returns the events that it completes. @throws TypeError for bytes that are not UTF-8 */
  push(chunk: Uint8Array): ServerSentEvent[] {
    const lines = this.#completeLines(this.#decoder.decode(chunk, { stream: true }));
    return lines.flatMap((line) => (line === '' ? this.#dispatch() : this.#readField(line)));
  }

  #completeLines(chunk: string): string[] {
    if (chunk === '') return [];
    const text = this.#endedInCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk;
    this.#endedInCr = text.endsWith('\r');
    const lines = text.split(LINE_END);
    lines[0] = this.#partialLine + lines[0];
    this.#partialLine = lines.pop() ?? '';
    return lines;
  }

  #dispatch(): ServerSentEvent[] {
    const [type, data] = [this.#type || 'message', this.#data];
    this.#type = '';
    this.#data = [];
    this.lastEventId = this.#id;
    return data.length === 0 ? [] : [{ type, data: data.join('\n') }];
  }

  #readField(line: string): [] {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    if (name === 'event') this.#type = value;
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'retry' && DIGITS.test(value)) this.retryMs = Number(value);
    return [];
  }
}
