import { type Attempt, isDefinite, outcomeOf, reservationIdOf, type Stored } from './booking-history.ts';

/** A real history with one contradiction injected, and the check that must find it. */
export interface InjectedLoss {
  readonly check: string;
  readonly attempts: readonly Attempt[];
  readonly stored: Stored;
}

/** The negative control of `judgeHistory`: histories of a server that loses or doubles something. */
export function injectLosses(attempts: readonly Attempt[], stored: Stored): InjectedLoss[] {
  const losses: InjectedLoss[] = [];
  const inject = (check: string, change: Partial<Omit<InjectedLoss, 'check'>>) => {
    losses.push({ check, attempts, stored, ...change });
  };
  const find = (kind: Attempt['kind'], accepted: boolean) =>
    attempts.find((each) => {
      const status = outcomeOf(each)?.status;
      return each.kind === kind && status !== undefined && status < 300 === accepted;
    });
  const withRows = (change: (rows: Stored['reservations']) => Stored['reservations']) => ({
    stored: { ...stored, reservations: change(stored.reservations) },
  });

  const hold = find('hold', true);
  if (hold) {
    const id = reservationIdOf(outcomeOf(hold)?.body ?? '');
    inject(
      'an acknowledged hold is stored',
      withRows((rows) => rows.filter((row) => row.id !== id)),
    );
    inject(
      'a hold has at most one effect',
      withRows((rows) => [...rows, ...copies(rows, id)]),
    );
  }
  const confirm = find('confirm', true);
  if (confirm) {
    const recount = (confirmations: number) =>
      withRows((rows) => rows.map((row) => (row.id === confirm.reservationId ? { ...row, confirmations } : row)));
    inject('an acknowledged confirm is stored', recount(0));
    inject('a confirm has at most one effect', recount(2));
  }
  const refused = find('hold', false);
  const anyRow = stored.reservations[0];
  if (refused && anyRow) {
    inject(
      'a refused hold has no effect',
      withRows((rows) => [...rows, { ...anyRow, client_id: refused.clientId }]),
    );
  }
  const repeated = attempts.find((each) => each.key !== undefined && each.sendings.filter(isDefinite).length > 1);
  if (repeated) {
    const sendings = repeated.sendings.map((each, index) => (index === 0 ? each : { ...each, body: `${each.body} ` }));
    const changed = attempts.map((each) => (each === repeated ? { ...each, sendings } : each));
    inject('the answers to one key are equal to the byte', { attempts: changed });
  }
  const [slot] = stored.slots;
  if (slot) {
    const slots = [{ ...slot, claimed: slot.claimed + 1 }];
    inject('a slot counts the units of its live reservations', { stored: { ...stored, slots } });
  }
  return losses;
}

function copies(rows: Stored['reservations'], id: number): Stored['reservations'] {
  return rows.filter((row) => row.id === id).map((row) => ({ ...row, id: -row.id }));
}
