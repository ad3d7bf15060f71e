import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../../platform/errors.ts';
import { type Answer, answerFailure, sendAnswer } from '../../../platform/http/answer.ts';
import { type BatchedRequest, readIdempotencyKey } from '../../../platform/http/idempotency.ts';
import type { Reservation } from './reservation.ts';

interface BatchedOperation<Command> {
  /** A method of the `HoldEngine`. */
  run(request: BatchedRequest<Command, Reservation | Failure>): Promise<Answer>;
  readonly command: Command;
  answer(reservation: Reservation): Answer;
  /** Turns a failure into the one to answer with. Defaults to the failure itself. */
  refuse?(failure: Failure): Failure;
}

/** Runs one caller's command in a batch and sends its answer. */
export async function sendBatched<Command>(
  request: FastifyRequest,
  reply: FastifyReply,
  { run, command, answer, refuse = (failure) => failure }: BatchedOperation<Command>,
): Promise<void> {
  const batched = await run({
    command,
    idempotencyKey: readIdempotencyKey(request),
    answer: (outcome) => (outcome instanceof Failure ? answerFailure(refuse(outcome), request.id) : answer(outcome)),
  });
  sendAnswer(reply, batched);
}
