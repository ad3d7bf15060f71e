import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import { Failure, Malformed } from '../errors.ts';
import { type Answer, answerFailure, sendAnswer } from './answer.ts';
import { type IdempotencyKey, storeAnswers, takeKeys } from './idempotency-store.ts';

/** Reads the `Idempotency-Key` of a request, if it carries one. */
export function readIdempotencyKey(request: FastifyRequest): IdempotencyKey | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Malformed([
      { path: 'headers/idempotency-key', message: 'must be 1 to 255 printable ASCII characters without spaces' },
    ]);
  }
  const route = `${request.method} ${request.routeOptions.url}`;
  return {
    scope: digest([request.idempotencyScope, route, key]),
    // The body as it was sent. Serializing the parsed body would overflow the stack when it is nested deeply.
    fingerprint: digest([request.method, request.url, request.bodyText]),
  };
}

function digest(parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/**
 * Answers a request that changes something. Its effect and, under an Idempotency-Key, its answer commit in one
 * transaction. A failure rolls the effect back and, with a key, is stored like any other answer.
 *
 * @param settle awaited between the commit and the answer, whether the answer is new or replayed
 */
export async function answerOnce(
  database: Database,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Tx) => Promise<Answer>,
  settle?: () => Promise<void>,
): Promise<void> {
  const key = readIdempotencyKey(request);
  const answer =
    key === undefined ? await database.transaction(work) : await answerUnderKey(database, key, request.id, work);
  await settle?.();
  sendAnswer(reply, answer);
}

async function answerUnderKey(
  database: Database,
  key: IdempotencyKey,
  requestId: string,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  return database.transaction(async (tx) => {
    const [state] = await takeKeys(tx, [key]);
    if (state?.kind === 'settled') return orThrow(state.answer);
    const answer = await answerOrRollBack(database, tx, requestId, work);
    await storeAnswers(tx, [{ key, answer }]);
    return answer;
  });
}

async function answerOrRollBack(
  database: Database,
  tx: Tx,
  requestId: string,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  await sql`savepoint effect`.execute(tx);
  try {
    return await work(tx);
  } catch (error) {
    const failure = database.toFailure(error);
    // An unavailable attempt is not stored, because a retry may succeed.
    if (!(failure instanceof Failure) || failure.kind === 'unavailable') throw error;
    await sql`rollback to savepoint effect`.execute(tx);
    return answerFailure(failure, requestId);
  }
}

/** One request in a batch: its command, its key, and the function that turns its outcome into an answer. */
export interface BatchedRequest<Command, Outcome> {
  readonly command: Command;
  readonly idempotencyKey: IdempotencyKey | undefined;
  answer(outcome: Outcome): Answer;
}

/**
 * `answerOnce` for many requests in one transaction, or in a single statement if none has a key. A request whose key is
 * already answered or in use gets that answer and takes no part in the batch.
 */
export async function answerBatchOnce<Command, Outcome>(
  database: Database,
  requests: readonly BatchedRequest<Command, Outcome>[],
  decide: (tx: Tx, commands: readonly Command[]) => Promise<readonly Outcome[]>,
): Promise<(Answer | Failure)[]> {
  const keys = requests.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  if (keys.length === 0) {
    const outcomes = await database.statement((tx) => decide(tx, commandsOf(requests)));
    return requests.map((request, index) => request.answer(outcomeAt(outcomes, index)));
  }
  return database.transaction(async (tx) => {
    const states = await takeKeys(tx, keys);
    const stateOf = new Map(keys.map((key, index) => [key, states[index]]));
    const settledAnswer = ({ idempotencyKey }: BatchedRequest<Command, Outcome>) => {
      const state = idempotencyKey && stateOf.get(idempotencyKey);
      return state?.kind === 'settled' ? state.answer : undefined;
    };
    const fresh = requests.filter((request) => settledAnswer(request) === undefined);
    const outcomes = fresh.length === 0 ? [] : await decide(tx, commandsOf(fresh));
    const answers = new Map(fresh.map((request, index) => [request, request.answer(outcomeAt(outcomes, index))]));
    await storeAnswers(
      tx,
      [...answers].flatMap(([{ idempotencyKey: key }, answer]) => (key === undefined ? [] : [{ key, answer }])),
    );
    return requests.map((request) => {
      const answer = settledAnswer(request) ?? answers.get(request);
      if (answer === undefined) throw new Error('a request of the batch has no answer');
      return answer;
    });
  });
}

function commandsOf<Command>(requests: readonly BatchedRequest<Command, never>[]): Command[] {
  return requests.map(({ command }) => command);
}

function outcomeAt<Outcome>(outcomes: readonly Outcome[], index: number): Outcome {
  const outcome = outcomes[index];
  if (outcome === undefined) throw new Error('an outcome of the batch is missing');
  return outcome;
}

/** Returns an answer, and throws a failure. */
export function orThrow(answer: Answer | Failure): Answer {
  if (answer instanceof Failure) throw answer;
  return answer;
}
