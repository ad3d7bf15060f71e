import type { Id } from '../../../../src/platform/ids.ts';
import { ClaimCurve, type ClaimSpan, type Ties } from './claim-curve.ts';
import { type Exchange, type FinalTables, type Operation, problemIn, reservationIn } from './history.ts';
import { checkTables, type Violation, violationOf } from './table-checker.ts';

/**
 * Checks a recorded history together with the final tables.
 *
 * An effect takes place at an unknown moment between the invocation and the return of its request. So the answers give
 * two curves of claims: units that were claimed for certain, which must never exceed the capacity, and units that were
 * claimed at most, which must explain every refusal. Both leave room for the unknown: a reported violation is one
 * whatever the moments were.
 */
export function checkHistory(exchanges: readonly Exchange[], tables: FinalTables): Violation[] {
  const history = readHistory(exchanges);
  return [
    ...checkTables(tables),
    ...checkCertainClaims(history, tables),
    ...checkRefusals(history, tables),
    ...checkAnswers(history, tables),
    ...checkKeys(exchanges),
  ];
}

/** The exchanges about one reservation, by operation. */
interface Life {
  readonly hold: Exchange[];
  readonly confirm: Exchange[];
  readonly cancel: Exchange[];
  readonly extend: Exchange[];
  readonly reschedule: Exchange[];
}

interface History {
  readonly exchanges: readonly Exchange[];
  readonly lives: ReadonlyMap<Id, Life>;
}

/** Whether it is unknown if the request took effect. */
const isUnknown = ({ status }: Exchange) => status >= 500 || status === 0;
const isDone = ({ status }: Exchange) => status >= 200 && status < 300;
const isGone = ({ status }: Exchange) => status === 410;
const firstInvoked = (all: readonly Exchange[]) => Math.min(...all.map((each) => each.invokedAt));
const firstReturned = (all: readonly Exchange[]) => Math.min(...all.map((each) => each.returnedAt));

function readHistory(exchanges: readonly Exchange[]): History {
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

type SlotClaim = ClaimSpan & { readonly slot: Id };
type Hold = Extract<Operation, { kind: 'hold' }>;

const holdOf = (life: Life): Hold | undefined => {
  const operation = life.hold[0]?.operation;
  return operation?.kind === 'hold' ? operation : undefined;
};

/** A hold that was answered and later confirmed was live in between, until a cancellation or a move may have begun. */
function checkCertainClaims({ lives }: History, { slots }: FinalTables): Violation[] {
  const certain: SlotClaim[] = [...lives.values()].flatMap((life) => {
    const hold = holdOf(life);
    if (hold === undefined || !life.confirm.some(isDone)) return [];
    const leaves = [...life.cancel, ...life.reschedule].filter((each) => isDone(each) || isUnknown(each));
    return [{ slot: hold.slot, from: firstReturned(life.hold), to: firstInvoked(leaves), units: hold.quantity }];
  });
  const curves = curvesOf(certain, 'ends-first');
  const broken = violationOf('never oversold');
  return slots.flatMap(({ id, capacity }) => {
    const units = curves.get(id)?.peak().units ?? 0;
    return broken(units > capacity, `slot ${id}: by the answers, ${units} of ${capacity} units were claimed`);
  });
}

/** While a request found the slot taken, the slot must have been that full at some possible moment. */
function checkRefusals({ exchanges, lives }: History, { slots, reservations }: FinalTables): Violation[] {
  const capacityOf = new Map(slots.map((slot) => [slot.id, slot.capacity]));
  const quantityOf = new Map(reservations.map((row) => [row.id, row.quantity]));
  const fromUnknown = exchanges.filter(isUnknown).flatMap(possibleEffect(quantityOf));
  const fromLives = [...lives].flatMap(([id, life]) => possibleClaims(life, quantityOf.get(id) ?? 0));
  const curves = curvesOf([...fromUnknown, ...fromLives], 'starts-first');
  const broken = violationOf('no false refusal');
  return exchanges.flatMap((exchange) => {
    const { operation } = exchange;
    if (problemIn(exchange) !== 'slot-taken' || !('slot' in operation)) return [];
    const requested = operation.kind === 'hold' ? operation.quantity : (quantityOf.get(operation.reservation) ?? 0);
    const capacity = capacityOf.get(operation.slot) ?? 0;
    const most = curves.get(operation.slot)?.peak(exchange.invokedAt, exchange.returnedAt).units ?? 0;
    const refusal = `client ${operation.client} was refused ${requested} units of slot ${operation.slot}`;
    return broken(most + requested <= capacity, `${refusal}, of which at most ${most} of ${capacity} were claimed`);
  });
}

/** The longest possible claim of a reservation on each slot that it has been on. */
function possibleClaims(life: Life, units: number): SlotClaim[] {
  const ends = [...life.cancel.filter(isDone), ...Object.values(life).flat().filter(isGone)];
  const to = firstReturned(ends);
  const hold = holdOf(life);
  // A reservation that moved away from a slot may have come back, so each slot counts to the end.
  const moves = life.reschedule.filter(isDone).flatMap((each) => ('slot' in each.operation ? [each] : []));
  return [
    ...(hold ? [{ slot: hold.slot, from: firstInvoked(life.hold), to, units: hold.quantity }] : []),
    ...moves.map((each) => ({ slot: slotOf(each), from: each.invokedAt, to, units })),
  ];
}

/** The claim that a request of unknown outcome may have made. */
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

function curvesOf(claims: readonly SlotClaim[], ties: Ties): Map<Id, ClaimCurve> {
  return new Map([...Map.groupBy(claims, (claim) => claim.slot)].map(([id, all]) => [id, new ClaimCurve(all, ties)]));
}

/** Every answer must be in the tables, and everything in the tables must have been an answer. */
function checkAnswers({ exchanges, lives }: History, { reservations, events }: FinalTables): Violation[] {
  const rowOf = new Map(reservations.map((row) => [row.id, row]));
  const firstSlotOf = new Map(events.toReversed().map((event) => [event.reservation, event.slot]));
  const unanswered = reservations.filter((row) => !lives.get(row.id)?.hold.length).length;
  const unknown = exchanges.filter((each) => each.operation.kind === 'hold' && isUnknown(each)).length;
  const late = violationOf('confirmed in time');
  const differing = violationOf('answers match the tables');
  const doubled = violationOf('one effect per key');
  const lost = violationOf('nothing lost');
  return [
    ...doubled(unanswered > unknown, `${unanswered} reservations were in no answer, and ${unknown} holds are unknown`),
    ...[...lives].flatMap(([id, life]) => {
      const row = rowOf.get(id);
      const hold = holdOf(life);
      if (row === undefined) return lost(hold !== undefined, `reservation ${id} was answered, and is not stored`);
      const equalsAnswer =
        hold?.client === row.client && hold.quantity === row.quantity && hold.slot === firstSlotOf.get(id);
      const confirmed = life.confirm.filter(isDone);
      const foreign = confirmed.some((each) => each.operation.client !== row.client);
      const cancelled = life.cancel.some(isDone);
      const unconfirmed = !life.confirm.some((each) => isDone(each) || isUnknown(each));
      const requests = new Set(life.hold.map((each) => each.key ?? each));
      return [
        ...differing(hold !== undefined && !equalsAnswer, `reservation ${id} differs from its client's answer`),
        ...differing(foreign, `reservation ${id} was confirmed to another client`),
        ...late(row.decidedAt !== null && unconfirmed, `reservation ${id} is confirmed, and no answer said so`),
        ...lost(confirmed.length > 0 && row.decidedAt === null, `the confirmation of ${id} is lost`),
        ...lost(cancelled && row.status !== 'cancelled', `the cancellation of ${id} is lost`),
        ...doubled(requests.size > 1, `reservation ${id} was the answer to ${requests.size} different requests`),
      ];
    }),
  ];
}

/** One key serves one request, with one answer. */
function checkKeys(exchanges: readonly Exchange[]): Violation[] {
  const broken = violationOf('one effect per key');
  const keyed = exchanges.filter((each) => each.key !== undefined);
  const groups = Map.groupBy(keyed, ({ key, operation }) => `${operation.kind} with key ${key}`);
  return [...groups].flatMap(([name, group]) => {
    const settled = group.filter((each) => !isUnknown(each) && !isTurnedAway(each));
    const requests = new Set(settled.map((each) => JSON.stringify(each.operation)));
    const answers = new Set(settled.map((each) => `${each.status} ${each.text}`));
    const reused = group.filter((each) => problemIn(each) === 'idempotency-key-reused');
    const refusedOwn = settled.length > 0 && reused.some((each) => requests.has(JSON.stringify(each.operation)));
    return [
      ...broken(requests.size > 1, `${requests.size} different requests were served as ${name}`),
      ...broken(requests.size <= 1 && answers.size > 1, `${answers.size} different answers were given to ${name}`),
      ...broken(refusedOwn, `a repeated request was taken for another one as ${name}`),
    ];
  });
}

function isTurnedAway(exchange: Exchange): boolean {
  return ['request-still-running', 'idempotency-key-reused'].includes(problemIn(exchange) ?? '');
}
