import { refusalViolations } from '../server/contract.ts';
import { openConnection } from '../server/http-connection.ts';
import { plain } from './bad-input-run.ts';
import type { PlannedRequest } from './bad-requests.ts';
import { toBytes } from './senders.ts';

const KINDS = {
  health: plain('GET', '/healthz'),
  ready: plain('GET', '/readyz'),
  read: plain('GET', '/client/getProviderAvailability?provider_id=1'),
  write: plain('POST', '/client/create', { first_name: 'Probe', last_name: 'Probe' }),
} as const satisfies Record<string, PlannedRequest>;

export type ProbeKind = keyof typeof KINDS;

export interface Probe {
  readonly kind: ProbeKind;
  readonly startedMs: number;
  readonly tookMs: number;
  /** `undefined` without an answer. */
  readonly status: number | undefined;
  /** The problem type, without its prefix. */
  readonly problem: string | undefined;
  readonly flaws: readonly string[];
}

const NO_ANSWER_AFTER_MS = 60_000;

/**
 * Sends the same four requests at a fixed interval, each on a connection of its own, whether or not the earlier ones are
 * answered.
 */
export class Probes {
  readonly all: Probe[] = [];
  readonly #port: number;
  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Set<Promise<void>>();

  constructor(port: number, everyMs = 250) {
    this.#port = port;
    this.#timer = setInterval(() => this.#sendAll(), everyMs);
  }

  /** Stops, and resolves when every request is answered or has timed out. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  #sendAll(): void {
    for (const kind of Object.keys(KINDS) as ProbeKind[]) {
      const probe = this.#probe(kind).finally(() => this.#pending.delete(probe));
      this.#pending.add(probe);
    }
  }

  async #probe(kind: ProbeKind): Promise<void> {
    const startedMs = performance.now();
    const { method } = KINDS[kind];
    const answer = await openConnection(this.#port)
      .then(async (connection) => {
        using open = connection;
        return await open.exchange(toBytes(KINDS[kind]), method, NO_ANSWER_AFTER_MS);
      })
      .catch(() => undefined);
    const flaws = answer ? refusalViolations(answer) : ['no answer'];
    const problem = /"type":"urn:holdfast:problem:([a-z-]+)"/.exec(answer?.body ?? '')?.[1];
    this.all.push({ kind, startedMs, tookMs: performance.now() - startedMs, status: answer?.status, problem, flaws });
  }
}

/** The time of an outage, by `performance.now()`. */
export interface OutageWindow {
  readonly struckMs: number;
  readonly mendedMs: number;
}

/** Time from the end of an outage until the last probe that was slow or failed had ended, in milliseconds. */
export function recoveredAfterMs(probes: readonly Probe[], { mendedMs }: OutageWindow, untilMs: number): number {
  const after = probes.filter(({ startedMs }) => startedMs >= mendedMs && startedMs < untilMs);
  const bad = after.filter(({ status, tookMs }) => status === undefined || status >= 400 || tookMs > 1_000);
  const last = bad.reduce((latest, { startedMs, tookMs }) => Math.max(latest, startedMs + tookMs), mendedMs);
  return last - mendedMs;
}
