/** A supplier's own id. Opaque: `7` and `'7'` are different ids. */
export type UnitId = string | number;

/** A slot or an item, with its units before any sale. */
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

/** The changes of slots and items since the start. The inventories themselves never change. */
export class Stock {
  readonly #changes = new Map<UnitId, Change>();

  of(id: UnitId): Change {
    return this.#changes.get(id) ?? UNCHANGED;
  }

  left({ id, capacity }: Unit): number {
    const { sold, vanished } = this.of(id);
    return vanished ? 0 : Math.max(0, capacity - sold);
  }

  /** Takes units. @returns `false`, without taking any, if fewer are left */
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
