import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../platform/logger.ts';
import { joinMetrics } from './join-metrics.ts';
import type { FromWorker, ToWorker } from './messages.ts';

interface SupervisorOptions {
  readonly count: number;
  /** The port of all workers. Node shares it only among those that ask for the same number. */
  readonly port: number;
  readonly logger: Logger;
  /** Time from the order to stop until a worker is killed, in milliseconds. */
  readonly stopWithinMs: number;
  /** Prints what the first worker that listens has to say. */
  readonly print: (text: string) => void;
}

/** A place for one worker, which a new process takes when the last one has ended. */
interface Place {
  /** 1 and up. The label `worker` of metrics. */
  readonly number: number;
  worker: Worker | undefined;
  /** Failed or short lives in a row. */
  failures: number;
}

/** Pauses before a worker is started again: the first, and the longest. */
const BACK_OFF_MS = { first: 100, most: 30_000 } as const;
/** A worker that lived this long did not die of its start. */
const LONG_LIFE_MS = 30_000;
/** So many failed starts in a row end the supervisor, if no worker is left. */
const MAX_FAILURES = 5;
/** Time that a worker has for its metrics. After it, those it sent last are used. */
const COLLECT_WITHIN_MS = 1_000;

/**
 * Keeps a number of workers running that share one port. Node's cluster module owns the port: it hands each connection to
 * a worker that accepts it, so no connection is lost with the socket of a worker that stops, as it is with SO_REUSEPORT.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #places: readonly Place[];
  /** The last metrics of each worker, by its id. */
  readonly #lastMetrics = new Map<number, string>();
  /** Counts of workers that have ended. */
  #endedMetrics = '';
  #restarts = 0;
  #hasStarted = false;
  #isStopping = false;
  #rolling: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<number>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, (_, index) => ({
      number: index + 1,
      worker: undefined,
      failures: 0,
    }));
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.on('message', (worker, message: FromWorker) => {
      if (message.kind === 'metrics') this.#lastMetrics.set(worker.id, message.text);
      if (message.kind === 'join') void this.#join(worker, message.id);
    });
    cluster.on('exit', (worker) => this.#keepCounts(worker));
  }

  /** Resolves when all workers have ended for good, with the exit code of the whole. */
  async run(): Promise<number> {
    const [first, ...others] = this.#places;
    if (first === undefined) return 0;
    // The first alone, because it brings the schema up to date.
    const started = await this.#start(first);
    if (started !== true) {
      if (started === undefined) this.#options.logger.fatal('the first worker was killed before it listened');
      return started ?? 1;
    }
    await Promise.all(others.map((place) => this.#start(place)));
    return this.#ended.promise;
  }

  /** Replaces the workers one after another. Each new one listens before the old one stops. */
  async roll(): Promise<void> {
    // An order that comes meanwhile asks for files that the first workers of this roll may not have read.
    while (this.#rolling) await this.#rolling;
    this.#rolling = this.#replaceAll();
    await this.#rolling;
    this.#rolling = undefined;
  }

  /** Stops all workers. A second call kills them. */
  async stop(): Promise<void> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    if (this.#isStopping) {
      for (const worker of workers) worker.process.kill('SIGKILL');
      return;
    }
    this.#isStopping = true;
    const codes = await Promise.all(workers.map((worker) => this.#stopWorker(worker, false)));
    this.#ended.resolve(codes.every((code) => code === 0) ? 0 : 1);
  }

  /** @returns true when it listens; its exit code if it ended before, `undefined` if it was killed */
  async #start(place: Place): Promise<true | number | undefined> {
    const startedAt = performance.now();
    const worker = cluster.fork({ PORT: String(this.#options.port) });
    const exited = once(worker, 'exit') as Promise<[number | null, string | null]>;
    const outcome = await Promise.race([untilStarted(worker), exited]);
    if (Array.isArray(outcome)) {
      if (place.worker === undefined) place.failures += 1;
      return outcome[0] ?? undefined;
    }
    if (!this.#hasStarted) this.#options.print(outcome.greeting);
    this.#hasStarted = true;
    place.worker = worker;
    void exited.then(([code, signal]) => this.#onExit(place, worker, performance.now() - startedAt, code ?? signal));
    return true;
  }

  #onExit(place: Place, worker: Worker, livedMs: number, how: number | string | null): void {
    // It was replaced, or all of them stop.
    if (place.worker !== worker) return;
    place.worker = undefined;
    if (this.#isStopping) return;
    this.#options.logger.error({ worker: place.number, exit: how }, 'a worker died; starting another');
    if (livedMs > LONG_LIFE_MS) place.failures = 0;
    void this.#startAgain(place);
  }

  async #startAgain(place: Place): Promise<void> {
    while (!this.#isStopping && place.worker === undefined) {
      await delay(Math.min(BACK_OFF_MS.first * 2 ** place.failures, BACK_OFF_MS.most));
      if (this.#isStopping) return;
      this.#restarts += 1;
      const started = await this.#start(place);
      if (started === true) return;
      this.#options.logger.error({ worker: place.number, exit: started }, 'a worker ended before it listened');
      if (place.failures < MAX_FAILURES || this.#places.some(({ worker }) => worker !== undefined)) continue;
      this.#options.logger.fatal(`no worker is left, and ${MAX_FAILURES} starts in a row have failed: giving up`);
      await this.stop();
      this.#ended.resolve(started ?? 1);
    }
  }

  async #replaceAll(): Promise<void> {
    const { logger } = this.#options;
    logger.info('replacing the workers one by one');
    for (const place of this.#places) {
      const old = place.worker;
      // One that is dead is being started again.
      if (this.#isStopping || old === undefined) continue;
      const started = await this.#start(place);
      if (started !== true) {
        logger.error(
          { worker: place.number, exit: started },
          'a new worker ended before it listened; the old ones stay',
        );
        return;
      }
      await this.#stopWorker(old, true);
    }
    logger.info('replaced the workers');
  }

  /** @returns its exit code; `undefined` if it was killed */
  async #stopWorker(worker: Worker, isReplaced: boolean): Promise<number | undefined> {
    if (worker.isDead()) return worker.process.exitCode ?? undefined;
    const exited = once(worker, 'exit') as Promise<[number | null]>;
    send(worker, { kind: 'stop', isReplaced });
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), this.#options.stopWithinMs);
    const [code] = await exited;
    clearTimeout(timer);
    return code ?? undefined;
  }

  async #join(asking: Worker, id: number): Promise<void> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(workers.map((worker) => this.#collect(worker)));
    const current = workers.map((worker) => {
      const number = this.#places.find((place) => place.worker === worker)?.number;
      return { text: this.#lastMetrics.get(worker.id) ?? '', worker: number?.toString() };
    });
    const ended = { text: this.#endedMetrics, worker: undefined };
    send(asking, { kind: 'joined', id, text: `${joinMetrics([...current, ended])}\n${this.#ownMetrics()}` });
  }

  /** Resolves when a worker has sent its metrics, or has not in time. */
  async #collect(worker: Worker): Promise<void> {
    const signal = AbortSignal.timeout(COLLECT_WITHIN_MS);
    send(worker, { kind: 'collect' });
    try {
      for (;;) {
        const [message] = (await once(worker, 'message', { signal })) as [FromWorker];
        if (message.kind === 'metrics') return;
      }
    } catch {
      // It is frozen, or has ended.
    }
  }

  #keepCounts(worker: Worker): void {
    const text = this.#lastMetrics.get(worker.id);
    this.#lastMetrics.delete(worker.id);
    if (text === undefined) return;
    const ended = { text: this.#endedMetrics, worker: undefined };
    this.#endedMetrics = joinMetrics([ended, { text, worker: undefined }]);
  }

  #ownMetrics(): string {
    const running = this.#places.filter(({ worker }) => worker !== undefined).length;
    return [
      '# HELP holdfast_workers Workers that serve, and those that WORKERS asks for',
      '# TYPE holdfast_workers gauge',
      `holdfast_workers{state="running"} ${running}`,
      `holdfast_workers{state="configured"} ${this.#places.length}`,
      '# HELP holdfast_worker_restarts_total Workers started in place of one that died',
      '# TYPE holdfast_worker_restarts_total counter',
      `holdfast_worker_restarts_total ${this.#restarts}`,
      '',
    ].join('\n');
  }
}

async function untilStarted(worker: Worker): Promise<Extract<FromWorker, { kind: 'started' }>> {
  for (;;) {
    const [message] = (await once(worker, 'message')) as [FromWorker];
    if (message.kind === 'started') return message;
  }
}

/** Sends a message, unless the worker has just ended. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
