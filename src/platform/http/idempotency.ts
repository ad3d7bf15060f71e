import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import { Failure, Malformed } from '../errors.ts';
import { type Answer, answerFailure, sendAnswer } from './answer.ts';

/** A request that must take effect once, however often it is sent. */
export interface Claim {
  /** SHA-256 of principal, route and key. */
  readonly scope: Buffer;
  /** SHA-256 of the request itself. */
  readonly fingerprint: Buffer;
}

/** How long an answer is kept for replay. */
const KEPT = '24 hours';

class KeyReused extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'idempotency-key-reused';
  readonly title = 'Idempotency-Key was used for another request';
  constructor() {
    super('This Idempotency-Key came with another request before. Use a new key for a new request');
  }
}

class StillRunning extends Failure {
  readonly kind = 'conflict';
  readonly type = 'request-still-running';
  readonly title = 'The first request with this Idempotency-Key is still running';
  override readonly retryAfterS = 1;
  constructor() {
    super('A request with this Idempotency-Key is still running. Ask again for its answer');
  }
}

type State = { readonly kind: 'fresh' } | { readonly kind: 'settled'; readonly answer: Answer | Failure };

export function readClaim(request: FastifyRequest): Claim | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Malformed([
      { path: 'headers/idempotency-key', message: 'must be 1 to 255 printable ASCII characters without spaces' },
    ]);
  }
  const route = `${request.method} ${request.routeOptions.url}`;
  return {
    scope: digest([request.principal, route, key]),
    // The text that was sent: to write the parsed body again would overflow the stack when it is nested deep.
    fingerprint: digest([request.method, request.url, request.bodyText]),
  };
}

function digest(parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/**
 * Answers a request that changes something, in one transaction: its effect, and under an Idempotency-Key the
 * answer too. A failure undoes the effect and, with a key, is an answer like any other.
 *
 * @param settle what must be awaited between the transaction and its answer, first or replayed
 */
export async function answerOnce(
  database: Database,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Tx) => Promise<Answer>,
  settle?: () => Promise<void>,
): Promise<void> {
  const claim = readClaim(request);
  const answer =
    claim === undefined ? await database.transaction(work) : await answerClaim(database, claim, request.id, work);
  await settle?.();
  sendAnswer(reply, answer);
}

async function answerClaim(
  database: Database,
  claim: Claim,
  requestId: string,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  return database.transaction(async (tx) => {
    const [state] = await claimKeys(tx, [claim]);
    if (state?.kind === 'settled') return orThrow(state.answer);
    const fresh = await answerOrUndo(database, tx, requestId, work);
    await storeAnswers(tx, [{ claim, answer: fresh }]);
    return fresh;
  });
}

async function answerOrUndo(
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
    // What may go better next time is not an answer to keep.
    if (!(failure instanceof Failure) || failure.kind === 'unavailable') throw error;
    await sql`rollback to savepoint effect`.execute(tx);
    return answerFailure(failure, requestId);
  }
}

/** One caller's part of a batch: what to do, under which key, and how its outcome is put into words. */
export interface Ask<Command, Outcome> {
  readonly command: Command;
  readonly claim: Claim | undefined;
  answer(outcome: Outcome): Answer;
}

/**
 * The same for many callers in one transaction. Without any key it is one statement. A caller whose key is
 * already answered, or in use, gets that answer and takes no part.
 */
export async function answerBatchOnce<Command, Outcome>(
  database: Database,
  asks: readonly Ask<Command, Outcome>[],
  decide: (tx: Tx, commands: readonly Command[]) => Promise<readonly Outcome[]>,
): Promise<(Answer | Failure)[]> {
  const claims = asks.flatMap(({ claim }) => (claim === undefined ? [] : [claim]));
  if (claims.length === 0) {
    const outcomes = await database.statement((tx) => decide(tx, commandsOf(asks)));
    return asks.map((ask, index) => ask.answer(outcomeAt(outcomes, index)));
  }
  return database.transaction(async (tx) => {
    const states = await claimKeys(tx, claims);
    const stateOf = new Map(claims.map((claim, index) => [claim, states[index]]));
    const settledFor = (ask: Ask<Command, Outcome>) => {
      const state = ask.claim && stateOf.get(ask.claim);
      return state?.kind === 'settled' ? state.answer : undefined;
    };
    const fresh = asks.filter((ask) => settledFor(ask) === undefined);
    const outcomes = fresh.length === 0 ? [] : await decide(tx, commandsOf(fresh));
    const answers = new Map(fresh.map((ask, index) => [ask, ask.answer(outcomeAt(outcomes, index))]));
    await storeAnswers(
      tx,
      [...answers].flatMap(([{ claim }, answer]) => (claim === undefined ? [] : [{ claim, answer }])),
    );
    return asks.map((ask) => {
      const answer = settledFor(ask) ?? answers.get(ask);
      if (answer === undefined) throw new Error('a caller of the batch was left without an answer');
      return answer;
    });
  });
}

function commandsOf<Command>(asks: readonly Ask<Command, never>[]): Command[] {
  return asks.map(({ command }) => command);
}

function outcomeAt<Outcome>(outcomes: readonly Outcome[], index: number): Outcome {
  const outcome = outcomes[index];
  if (outcome === undefined) throw new Error('a decision of the batch is missing');
  return outcome;
}

export function orThrow(answer: Answer | Failure): Answer {
  if (answer instanceof Failure) throw answer;
  return answer;
}

interface ClaimRow {
  taken: boolean;
  fingerprint: Uint8Array | null;
  status: number | null;
  body: string | null;
}

async function claimKeys(tx: Tx, claims: readonly Claim[]): Promise<State[]> {
  const scopes = claims.map(({ scope }) => scope);
  const { rows } = await sql<ClaimRow>`
    select taken, fingerprint, status, body
      from claim_idempotency_keys(${scopes}::bytea[], ${KEPT}::interval) order by place`.execute(tx);
  const seen = new Set<string>();
  return claims.map((claim, index) => {
    const row = rows[index];
    const name = claim.scope.toString('base64');
    // An advisory lock does not tell two takers of one session apart.
    const twice = seen.has(name);
    seen.add(name);
    return toState(claim, row, twice);
  });
}

function toState(claim: Claim, row: ClaimRow | undefined, twice: boolean): State {
  if (row?.body != null && row.status !== null && row.fingerprint !== null) {
    const same = claim.fingerprint.equals(row.fingerprint);
    return { kind: 'settled', answer: same ? { status: row.status, body: row.body } : new KeyReused() };
  }
  return row?.taken && !twice ? { kind: 'fresh' } : { kind: 'settled', answer: new StillRunning() };
}

async function storeAnswers(tx: Tx, stored: readonly { claim: Claim; answer: Answer }[]): Promise<void> {
  if (stored.length === 0) return;
  await sql`
    insert into idempotent_answer (scope, fingerprint, status, body, answered_at)
    select scope, fingerprint, status, body, holdfast_clock()
      from unnest(
        ${stored.map(({ claim }) => claim.scope)}::bytea[], ${stored.map(({ claim }) => claim.fingerprint)}::bytea[],
        ${stored.map(({ answer }) => answer.status)}::integer[], ${stored.map(({ answer }) => answer.body)}::text[]
      ) as answer (scope, fingerprint, status, body)
    on conflict (scope) do update
      set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
          answered_at = excluded.answered_at
      where idempotent_answer.answered_at <= holdfast_clock() - ${KEPT}::interval`.execute(tx);
}

/** Forgets answers past their time. @returns how many */
export async function forgetOldAnswers(tx: Tx): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotent_answer where answered_at <= holdfast_clock() - ${KEPT}::interval`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
