import fc from 'fast-check';

/** A number divisible by this chooses an id that does not exist. */
export const UNKNOWN_EVERY = 17;

/**
 * Random requests. Things are chosen by numbers, taken modulo the number of things that exist when the request is
 * sent. So every part of a list of commands is a valid list too, and fast-check can shrink it.
 */
export type Command =
  | { do: 'offer'; fixed: boolean; provider: number; from: number; slots: number; capacity: number; half: boolean }
  | { do: 'hold'; fixed: boolean; client: number; slot: number; quantity: number; version: Version }
  | { do: 'confirm'; fixed: boolean; reservation: number; foreign: boolean }
  | { do: 'cancel' | 'extend'; reservation: number; foreign: boolean }
  | { do: 'reschedule'; reservation: number; foreign: boolean; slot: number; version: Version }
  | { do: 'withdraw'; provider: number; from: number; slots: number; reservations: 'keep' | 'cancel' }
  | { do: 'move'; to: 'expiry' | 'notice' | 'grace' | 'on'; which: number; by: number }
  | { do: 'sweep' }
  | { do: 'list bookable'; provider: number }
  | { do: 'list slots'; provider: number | null; from: number; available: boolean; limit: number }
  | { do: 'list reservations'; of: Party; which: number; from: number | null; live: boolean; limit: number }
  | { do: 'read' | 'history'; reservation: number }
  | { do: 'read at'; reservation: number; event: number; by: number };

type Party = 'client' | 'provider';
export type Version = 'none' | 'current' | 'stale';

const number = fc.nat({ max: 120 });
const bool = fc.boolean();
/** Whether another client than the reservation's own sends the request: rarely. */
const foreign = fc.nat({ max: 11 }).map((n) => n === 0);
const version = fc.constantFrom<Version>('none', 'none', 'current', 'stale');
const by = fc.constantFrom(-1, 0, 1);
const limit = fc.constantFrom(1, 2, 100);
const from = fc.nat({ max: 11 });
const slots = fc.integer({ min: 0, max: 4 });
const action = <T extends Command['do']>(name: T) => fc.constant(name);

export const commandArbitrary: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: action('offer'),
      fixed: bool,
      provider: number,
      from,
      slots,
      capacity: fc.constantFrom(1, 1, 2, 3),
      half: fc.nat({ max: 5 }).map((n) => n === 0),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: action('hold'),
      fixed: bool,
      client: number,
      slot: number,
      quantity: fc.constantFrom(1, 1, 1, 2, 3),
      version,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: action('confirm'), fixed: bool, reservation: number, foreign }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom<'cancel' | 'extend'>('cancel', 'extend'),
      reservation: number,
      foreign,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: action('reschedule'), reservation: number, foreign, slot: number, version }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: action('withdraw'),
      provider: number,
      from,
      slots,
      reservations: fc.constantFrom<'keep' | 'cancel'>('keep', 'cancel'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: action('move'),
      to: fc.constantFrom<'expiry' | 'notice' | 'grace' | 'on'>('expiry', 'expiry', 'notice', 'grace', 'on'),
      which: number,
      by,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: action('sweep') }) },
  { weight: 1, arbitrary: fc.record({ do: action('list bookable'), provider: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: action('list slots'),
      provider: fc.option(number),
      from,
      available: bool,
      limit,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: action('list reservations'),
      of: fc.constantFrom<Party>('client', 'provider'),
      which: number,
      from: fc.option(from),
      live: bool,
      limit,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom<'read' | 'history'>('read', 'history'), reservation: number }),
  },
  { weight: 2, arbitrary: fc.record({ do: action('read at'), reservation: number, event: number, by }) },
);

/** The commands that every run begins with, so that there are slots and holds. */
export const OPENING: readonly Command[] = [
  { do: 'offer', fixed: true, provider: 2, from: 0, slots: 4, capacity: 1, half: false },
  { do: 'offer', fixed: false, provider: 1, from: 2, slots: 3, capacity: 3, half: false },
  { do: 'hold', fixed: true, client: 1, slot: 3, quantity: 1, version: 'none' },
  { do: 'hold', fixed: false, client: 2, slot: 6, quantity: 2, version: 'current' },
];
