import type { Id } from '../../../src/platform/ids.ts';
import { ClaimCurve, type Claimed } from './claim-curve.ts';
import { type Exchange, type FinalTables, type Operation, problemIn, reservationIn } from './history.ts';
import { checkTables, type Violation, violated } from './table-checker.ts';

/**
 * Checks a recorded history and the tables it left behind. An effect takes place at some unknown moment between a
 * request's invocation and its return, so two curves are drawn from the answers: what was claimed *for certain*
 * (H1: never above capacity) and what was claimed *at most* (H4: a refusal needs a moment of fullness in it). Both
 * err towards silence: what is reported is wrong whatever the moments were.
 */
export function checkHistory(exchanges: readonly Exchange[], tables: FinalTables): Violation[] {
  const story = readStory(exchanges);
  return [
    ...checkTables(tables),
    ...checkCertainClaims(story, tables),
    ...checkRefusals(story, tables),
    ...checkAnswers(story, tables),
    ...checkKeys(exchanges),
  ];
}

/** The exchanges that say something about one reservation. */
interface Life {
  readonly hold: Exchange[];
  readonly confirm: Exchange[];
  readonly cancel: Exchange[];
  readonly extend: Exchange[];
  readonly reschedule: Exchange[];
}

interface Story {
  readonly exchanges: readonly Exchange[];
  readonly lives: ReadonlyMap<Id, Life>;
}

/** Nobody knows whether it took effect. */
const isUnknown = ({ status }: Exchange) => status >= 500 || status === 0;
const isDone = ({ status }: Exchange) => status >= 200 && status < 300;
const firstInvoked = (all: readonly Exchange[]) => Math.min(...all.map((each) => each.invokedAt));
const firstReturned = (all: readonly Exchange[]) => Math.min(...all.map((each) => each.returnedAt));

function readStory(exchanges: readonly Exchange[]): Story {
  const lives = new Map<Id, Life>();
  const lifeOf = (id: Id) => {
    const life = lives.get(id) ?? { hold: [], confirm: [], cancel: [], extend: [], reschedule: [] };
    lives.set(id, life);
    return life;
  };
  for (const exchange of exchanges) {
    const { operation } = exchange;
    if (operation.kind !== 'hold') lifeOf(operation.reservation)[operation.kind].push(exchange);
    else if (isDone(exchange)) lifeOf(reservationIn(exchange)).hold.push(exchange);
  }
  return { exchanges, lives };
}

type SlotClaim = Claimed & { readonly slot: Id };
type Hold = Extract<Operation, { kind: 'hold' }>;

const holdOf = (life: Life): Hold | undefined => {
  const operation = life.hold[0]?.operation;
  return operation?.kind === 'hold' ? operation : undefined;
};

/**
 * H1 by the answers: a hold that was answered and later confirmed was live all the while, until somebody may have
 * begun to cancel or move it.
 */
function checkCertainClaims({ lives }: Story, { slots }: FinalTables): Violation[] {
  const certain: SlotClaim[] = [...lives.values()].flatMap((life) => {
    const hold = holdOf(life);
    if (hold === undefined || !life.confirm.some(isDone)) return [];
    const leaves = [...life.cancel, ...life.reschedule].filter((each) => isDone(each) || isUnknown(each));
    return [{ slot: hold.slot, from: firstReturned(life.hold), to: firstInvoked(leaves), units: hold.quantity }];
  });
  const curves = curvesOf(certain, 'ends-first');
  return slots.flatMap(({ id, capacity }) => {
    const units = curves.get(id)?.peak().units ?? 0;
    return violated(units > capacity, 'H1', `slot ${id}: ${units} of ${capacity} units were claimed, by the answers`);
  });
}

/** H4: while a request that found the slot taken was under way, the slot may have been as full as that. */
function checkRefusals({ exchanges, lives }: Story, { slots, reservations }: FinalTables): Violation[] {
  const capacityOf = new Map(slots.map((slot) => [slot.id, slot.capacity]));
  const quantityOf = new Map(reservations.map((row) => [row.id, row.quantity]));
  const unknown = exchanges.filter(isUnknown).flatMap(possibleEffect(quantityOf));
  const known = [...lives].flatMap(([id, life]) => possibleClaims(life, quantityOf.get(id) ?? 0));
  const curves = curvesOf([...unknown, ...known], 'starts-first');
  return exchanges.flatMap((exchange) => {
    const { operation } = exchange;
    if (problemIn(exchange) !== 'slot-taken' || !('slot' in operation)) return [];
    const asked = operation.kind === 'hold' ? operation.quantity : (quantityOf.get(operation.reservation) ?? 0);
    const capacity = capacityOf.get(operation.slot) ?? 0;
    const most = curves.get(operation.slot)?.peak(exchange.invokedAt, exchange.returnedAt).units ?? 0;
    const told = `slot ${operation.slot} was refused to client ${operation.client} who asked for ${asked}`;
    return violated(most + asked <= capacity, 'H4', `${told}, with ${most} of ${capacity} units claimed at most`);
  });
}

/** The longest a reservation can have been on each slot it has been on. */
function possibleClaims(life: Life, units: number): SlotClaim[] {
  const over = [...life.cancel.filter(isDone), ...Object.values(life).flat().filter(isGone)];
  const to = firstReturned(over);
  const hold = holdOf(life);
  // Where one was moved away from, it may have come back: on every slot it has been on, to its end.
  const moves = life.reschedule.filter(isDone).flatMap((each) => ('slot' in each.operation ? [each] : []));
  return [
    ...(hold ? [{ slot: hold.slot, from: firstInvoked(life.hold), to, units: hold.quantity }] : []),
    ...moves.map((each) => ({ slot: slotOf(each), from: each.invokedAt, to, units })),
  ];
}

const isGone = ({ status }: Exchange) => status === 410;

function possibleEffect(quantityOf: ReadonlyMap<Id, number>): (exchange: Exchange) => SlotClaim[] {
  return ({ operation, invokedAt }) => {
    if (operation.kind !== 'hold' && operation.kind !== 'reschedule') return [];
    const units = operation.kind === 'hold' ? operation.quantity : (quantityOf.get(operation.reservation) ?? 0);
    return [{ slot: operation.slot, from: invokedAt, to: Infinity, units }];
  };
}

function slotOf({ operation }: Exchange): Id {
  return 'slot' in operation ? operation.slot : 0;
}

function curvesOf(claims: readonly SlotClaim[], ties: 'starts-first' | 'ends-first'): Map<Id, ClaimCurve> {
  return new Map([...Map.groupBy(claims, (claim) => claim.slot)].map(([id, all]) => [id, new ClaimCurve(all, ties)]));
}

/** What was answered is in the tables, and nothing is there that nobody was told of: H2, H5 and H6. */
function checkAnswers({ exchanges, lives }: Story, { reservations, events }: FinalTables): Violation[] {
  const rowOf = new Map(reservations.map((row) => [row.id, row]));
  const firstSlotOf = new Map(events.toReversed().map((event) => [event.reservation, event.slot]));
  const untold = reservations.filter((row) => !lives.get(row.id)?.hold.length).length;
  const unknown = exchanges.filter((each) => each.operation.kind === 'hold' && isUnknown(each)).length;
  return [
    ...violated(untold > unknown, 'H5', `${untold} reservations were told to nobody, and ${unknown} holds are unknown`),
    ...[...lives].flatMap(([id, life]) => {
      const row = rowOf.get(id);
      const hold = holdOf(life);
      if (row === undefined) return violated(hold !== undefined, 'H6', `reservation ${id} was answered, and is lost`);
      const same = hold?.client === row.client && hold.quantity === row.quantity && hold.slot === firstSlotOf.get(id);
      const confirmed = life.confirm.filter(isDone);
      const foreign = confirmed.some((each) => each.operation.client !== row.client);
      const cancelled = life.cancel.some(isDone);
      const unheard = !life.confirm.some((each) => isDone(each) || isUnknown(each));
      const holders = new Set(life.hold.map((each) => each.key ?? each));
      return [
        ...violated(hold !== undefined && !same, 'H2', `reservation ${id} is not what its client was told`),
        ...violated(foreign, 'H2', `reservation ${id} was confirmed to another client`),
        ...violated(row.decidedAt !== null && unheard, 'H2', `reservation ${id} is confirmed, and nobody was told`),
        ...violated(confirmed.length > 0 && row.decidedAt === null, 'H6', `the confirmation of ${id} is lost`),
        ...violated(cancelled && row.status !== 'cancelled', 'H6', `the cancellation of ${id} is lost`),
        ...violated(holders.size > 1, 'H5', `reservation ${id} was the answer to ${holders.size} different requests`),
      ];
    }),
  ];
}

/** H5: one key, one request, one answer. */
function checkKeys(exchanges: readonly Exchange[]): Violation[] {
  const keyed = exchanges.filter((each) => each.key !== undefined);
  const groups = Map.groupBy(keyed, ({ key, operation }) => `${operation.kind} under key ${key}`);
  return [...groups].flatMap(([name, group]) => {
    const settled = group.filter((each) => !isUnknown(each) && !isTurnedAway(each));
    const requests = new Set(settled.map((each) => JSON.stringify(each.operation)));
    const answers = new Set(settled.map((each) => `${each.status} ${each.text}`));
    const reused = group.filter((each) => problemIn(each) === 'idempotency-key-reused');
    const refusedOwn = settled.length > 0 && reused.some((each) => requests.has(JSON.stringify(each.operation)));
    return [
      ...violated(requests.size > 1, 'H5', `${requests.size} different requests were served as ${name}`),
      ...violated(
        requests.size <= 1 && answers.size > 1,
        'H5',
        `${answers.size} different answers were given to ${name}`,
      ),
      ...violated(refusedOwn, 'H5', `the request itself was taken for another one as ${name}`),
    ];
  });
}

function isTurnedAway(exchange: Exchange): boolean {
  return ['request-still-running', 'idempotency-key-reused'].includes(problemIn(exchange) ?? '');
}
