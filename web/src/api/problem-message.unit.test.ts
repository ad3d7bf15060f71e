import { expect, it } from 'vitest';
import { HoldfastProblem } from '../../../client/index.ts';
import { problemMessage, Unreachable } from './problem-message.ts';

function problem(type: string, detail: string, errors?: HoldfastProblem['problem']['errors']): HoldfastProblem {
  return new HoldfastProblem(
    {
      type: `urn:holdfast:problem:${type}`,
      title: 'Title',
      status: 409,
      detail,
      instance: '',
      ...(errors && { errors }),
    },
    new Headers(),
  );
}

it('a problem that visitors meet has a message of the page, and any other its detail as a sentence', () => {
  expect(problemMessage(problem('slot-taken', 'Timeslot is unavailable. Please choose a different one'))).toBe(
    'This time has just been taken. Choose another time.',
  );
  expect(problemMessage(problem('range-refused', 'the range starts in the past'))).toBe(
    'The range starts in the past.',
  );
  const errors = [{ path: '/ranges/0', message: 'starts in the past' }];
  expect(problemMessage(problem('range-refused', 'the range starts in the past', errors))).toBe(
    'The range starts in the past.',
  );
});

it('a malformed field is named as the form names it', () => {
  const errors = [{ path: '/body/first_name', message: 'must not be empty' }];
  expect(problemMessage(problem('malformed-request', 'Malformed', errors))).toBe('First name must not be empty.');
});

it('an unreachable server and an unknown error have messages that say what to do', () => {
  expect(problemMessage(new Unreachable(undefined))).toBe('The server cannot be reached. Check your connection.');
  expect(problemMessage('text')).toBe('Something went wrong. Try again.');
});
