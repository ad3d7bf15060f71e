import { brokenRefusal } from '../server/contract.ts';
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
  /** `undefined`: no answer. */
  readonly status: number | undefined;
  /** The type of the problem, without its prefix. */
  readonly problem: string | undefined;
  readonly flaws: readonly string[];
}

const NO_ANSWER_AFTER_MS = 60_000;

/** Asks the same four questions again and again, each on a connection of its own and whether or not the last are answered. */
export class Probes {
  readonly all: Probe[] = [];
  readonly #port: number;
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();

  constructor(port: number, everyMs = 250) {
    this.#port = port;
    this.#timer = setInterval(() => this.#ask(), everyMs);
  }

  /** Resolves when every question asked has its answer, or has been given up. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #ask(): void {
    for (const kind of Object.keys(KINDS) as ProbeKind[]) {
      const asked = this.#probe(kind).finally(() => this.#underWay.delete(asked));
      this.#underWay.add(asked);
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
    const flaws = answer ? brokenRefusal(answer) : ['no answer'];
    const problem = /"type":"urn:holdfast:problem:([a-z-]+)"/.exec(answer?.body ?? '')?.[1];
    this.all.push({ kind, startedMs, tookMs: performance.now() - startedMs, status: answer?.status, problem, flaws });
  }
}

/** Told of an outage from what was asked while it lasted and after it. */
export interface OutageWindow {
  readonly struckMs: number;
  readonly mendedMs: number;
}

/** From the end of the outage to the first question after which all were answered well, in milliseconds. */
export function recoveredAfterMs(probes: readonly Probe[], { mendedMs }: OutageWindow, untilMs: number): number {
  const after = probes.filter(({ startedMs }) => startedMs >= mendedMs && startedMs < untilMs);
  const bad = after.filter(({ status, tookMs }) => status === undefined || status >= 400 || tookMs > 1_000);
  const last = bad.reduce((latest, { startedMs, tookMs }) => Math.max(latest, startedMs + tookMs), mendedMs);
  return last - mendedMs;
}
