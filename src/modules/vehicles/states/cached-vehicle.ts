import { type PackedBody, packBody, type ReadyBody, readyBody } from '../../../freshness/index.ts';
import type { Id } from '../../../platform/ids.ts';
import { historyOf, type Timeline } from './timeline.ts';

/** A vehicle in memory: its timeline and the answers rendered from it so far, each rendered once. */
export class CachedVehicle implements Timeline {
  readonly id: Id;
  readonly make: string;
  readonly model: string;
  readonly states: readonly string[];
  readonly logs: readonly number[];
  readonly #answers: ReadyBody[] = [];
  readonly #packed: PackedBody[] = [];

  constructor({ id, make, model, states, logs }: Timeline) {
    this.id = id;
    this.make = make;
    this.model = model;
    this.states = states;
    this.logs = logs;
  }

  /** The answer of a request that memory serves. @param state an index into `states` */
  stateFromCache(state: number): ReadyBody {
    const rendered = this.#answers[state];
    if (rendered) return rendered;
    const body = readyBody(this.#stateBody(state, true));
    this.#answers[state] = body;
    return body;
  }

  /** The same answer, packed. @param state an index into `states` */
  packedFromCache(state: number): PackedBody {
    const packed = this.#packed[state];
    if (packed !== undefined) return packed;
    const body = packBody(readyBody(this.#stateBody(state, true)));
    this.#packed[state] = body;
    return body;
  }

  /** The same answer for the request that caused the load. */
  stateFromSource(state: number): ReadyBody {
    return readyBody(this.#stateBody(state, false));
  }

  history(): ReadyBody {
    const { id, make, model } = this;
    return readyBody(JSON.stringify({ vehicle: { id, make, model }, history: historyOf(this) }));
  }

  /** The vehicle with one of its states: `{id, make, model, state}`. */
  inState(state: number) {
    return { id: this.id, make: this.make, model: this.model, state: this.states[state] as string };
  }

  /** Approximate size in bytes, including every answer it may keep. */
  get sizeBytes(): number {
    const names = this.make.length + this.model.length;
    const answers = this.states.reduce((sum, state) => sum + ANSWER_BYTES + 4 * (state.length + names), 0);
    return VEHICLE_BYTES + 2 * names + answers + this.logs.length * NUMBER_BYTES;
  }

  #stateBody(state: number, fromCache: boolean): string {
    return JSON.stringify({ fromCache, data: { vehicle: this.inState(state) } });
  }
}

const VEHICLE_BYTES = 300;
const ANSWER_BYTES = 600;
const NUMBER_BYTES = 8;
