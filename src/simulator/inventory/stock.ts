/** A supplier's own id: opaque, and `7` is another than `'7'`. */
export type UnitId = string | number;

/** What can be booked: a slot or an item, and how much of it there was before anybody bought. */
export interface Unit {
  readonly id: UnitId;
  readonly capacity: number;
}

interface Change {
  readonly sold: number;
  readonly vanished: boolean;
  readonly amount?: number;
}

const UNCHANGED: Change = { sold: 0, vanished: false };

/** What has become of the units since the start: the inventories themselves never change. */
export class Stock {
  readonly #changes = new Map<UnitId, Change>();

  of(id: UnitId): Change {
    return this.#changes.get(id) ?? UNCHANGED;
  }

  left({ id, capacity }: Unit): number {
    const { sold, vanished } = this.of(id);
    return vanished ? 0 : Math.max(0, capacity - sold);
  }

  /** All or nothing. */
  take(unit: Unit, quantity: number): boolean {
    if (this.left(unit) < quantity) return false;
    this.#change(unit.id, { sold: this.of(unit.id).sold + quantity });
    return true;
  }

  giveBack(id: UnitId, quantity: number): void {
    this.#change(id, { sold: this.of(id).sold - quantity });
  }

  vanish(id: UnitId): void {
    this.#change(id, { vanished: true });
  }

  setPrice(id: UnitId, amount: number): void {
    this.#change(id, { amount });
  }

  #change(id: UnitId, change: Partial<Change>): void {
    this.#changes.set(id, { ...this.of(id), ...change });
  }
}
