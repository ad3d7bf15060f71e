import { HoldfastProblem } from '../../../client/index.ts';

/** No response arrived: the network or the server is down. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached. Check your connection.', { cause });
  }
}

/** Messages for problem types whose `detail` addresses a developer. For other types the page shows `detail`. */
const MESSAGES: Readonly<Record<string, string>> = {
  'already-confirmed': 'This reservation is already confirmed.',
  'already-ended': 'This reservation has already ended.',
  'cannot-move': 'Experiences cannot be rescheduled. Cancel this reservation and book the new time.',
  'foreign-client': 'This reservation belongs to another client. Choose that client at the top of the page.',
  'hold-at-its-ceiling': 'This hold cannot be extended any further. Confirm or release it.',
  'hold-expired': 'This hold has expired. Hold the time again.',
  'item-sold-out': 'Not enough places are left.',
  'no-such-client': 'Your name is not known here. Choose it again at the top of the page.',
  'not-held': 'Only a held time can be extended.',
  'pax-refused': 'This number of people is not allowed. Change the number and try again.',
  'slot-closed': 'This time is no longer offered. Choose another time.',
  'slot-taken': 'This time has just been taken. Choose another time.',
  'slot-version-moved-on': 'This time has just changed. Check it again before you book.',
  'slots-overlap':
    'Slots of another length are already offered in this time. Block them first, or choose another time.',
  'too-soon': 'This time starts too soon to be booked. Choose a later time.',
};

/** A message for the visitor: what went wrong and what to do next, in full sentences. */
export function problemMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'Something went wrong. Try again.';
  if (error instanceof HoldfastProblem) {
    const { errors = [], detail } = error.problem;
    if (errors.length > 0 && error.type === 'malformed-request')
      return errors.map(({ path, message }) => sentence(`${fieldName(path)} ${message}`)).join(' ');
    return MESSAGES[error.type] ?? sentence(detail);
  }
  return sentence(error.message);
}

/** `First name` for `/body/first_name`. */
function fieldName(path: string): string {
  return path.split('/').at(-1)?.replaceAll('_', ' ') ?? '';
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const end = /[.!?]$/.test(trimmed) ? '' : '.';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + end;
}
