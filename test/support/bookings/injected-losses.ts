import { type Attempt, isDefinite, outcomeOf, reservationIdOf, type Stored } from './booking-history.ts';

/** A real history with one lie in it, and the check that must tell. */
export interface Planted {
  readonly check: string;
  readonly attempts: readonly Attempt[];
  readonly stored: Stored;
}

/** The negative control of `judgeHistory`: what a server would leave behind that loses or doubles something. */
export function plantLosses(attempts: readonly Attempt[], stored: Stored): Planted[] {
  const planted: Planted[] = [];
  const plant = (check: string, change: Partial<Omit<Planted, 'check'>>) => {
    planted.push({ check, attempts, stored, ...change });
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
    plant(
      'an acknowledged hold is stored',
      withRows((rows) => rows.filter((row) => row.id !== id)),
    );
    plant(
      'a hold takes effect once at most',
      withRows((rows) => [...rows, ...copies(rows, id)]),
    );
  }
  const confirm = find('confirm', true);
  if (confirm) {
    const recount = (confirmations: number) =>
      withRows((rows) => rows.map((row) => (row.id === confirm.reservationId ? { ...row, confirmations } : row)));
    plant('an acknowledged confirm is stored', recount(0));
    plant('a confirm takes effect once at most', recount(2));
  }
  const refused = find('hold', false);
  const anyRow = stored.reservations[0];
  if (refused && anyRow) {
    plant(
      'a refused hold has no effect',
      withRows((rows) => [...rows, { ...anyRow, client_id: refused.clientId }]),
    );
  }
  const repeated = attempts.find((each) => each.key !== undefined && each.sendings.filter(isDefinite).length > 1);
  if (repeated) {
    const sendings = repeated.sendings.map((each, index) => (index === 0 ? each : { ...each, body: `${each.body} ` }));
    const told = attempts.map((each) => (each === repeated ? { ...each, sendings } : each));
    plant('one key, one answer, to the byte', { attempts: told });
  }
  const [slot] = stored.slots;
  if (slot) {
    const slots = [{ ...slot, claimed: slot.claimed + 1 }];
    plant('a slot’s claimed units are its live reservations’', { stored: { ...stored, slots } });
  }
  return planted;
}

function copies(rows: Stored['reservations'], id: number): Stored['reservations'] {
  return rows.filter((row) => row.id === id).map((row) => ({ ...row, id: -row.id }));
}
