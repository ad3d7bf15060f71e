import { expect, it } from 'vitest';
import { Unavailable } from '../../platform/errors.ts';
import { describeDatabaseError } from './database-error.ts';

/** An error as the PostgreSQL server reports it. */
const reported = (code: string, message: string, severity = 'FATAL') =>
  Object.assign(new Error(message), { code, severity });
const unavailable = (cause: Error) =>
  new Unavailable('database-unavailable', 'The database cannot be reached. Try again in a few seconds.', 2, { cause });

it.each([
  [unavailable(reported('28P01', 'password authentication failed for user "x"')), true, /password .*DATABASE_URL/],
  [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), true, /wants a password/],
  [new Error('self-signed certificate'), true, /certificate.*sslmode/],
  [reported('42501', 'permission denied for table slot', 'ERROR'), true, /may not .*slot\. Connect as the owner/],
  [unavailable(reported('57P03', 'the database system is starting up')), false, /cannot be reached: .*starting up/],
  [unavailable(reported('53300', 'sorry, too many clients already')), false, /too many clients/],
  [unavailable(new AggregateError([new Error('a'), new Error('b\nc')])), false, /cannot be reached: a; b c\./],
])('describes %s in one line', (error, isPermanent, sentence) => {
  expect(describeDatabaseError(error)).toEqual({ isPermanent, sentence: expect.stringMatching(sentence) });
});

it('does not describe an error that has nothing to do with a database', () => {
  expect(describeDatabaseError(new TypeError('x is not a function'))).toBeUndefined();
  expect(describeDatabaseError(reported('22012', 'division by zero', 'ERROR'))).toBeUndefined();
});
