/** A value in memory, and what decides whether it may be served. */
export interface Entry<V> {
  readonly value: V | undefined;
  /** `performance.now()` from before the load began, or earlier. */
  readonly observedAt: number;
  /** The view's feed epoch when the load began. An entry of an earlier epoch is uncertain. */
  readonly feedEpoch: number;
  /**
   * Parts that have changed since the load, each with its number of changes. Absent in most entries: they are read
   * often and hardly ever change.
   */
  changedParts?: Map<string, number> | undefined;
  /** Settles when the patch in progress has ended. */
  patching?: Promise<void> | undefined;
}

export function hasChangedParts({ changedParts }: Entry<unknown>): boolean {
  return changedParts !== undefined && changedParts.size > 0;
}

export function markPartChanged(entry: Entry<unknown>, part: string): void {
  entry.changedParts ??= new Map();
  entry.changedParts.set(part, (entry.changedParts.get(part) ?? 0) + 1);
}

/**
 * Updates the changed parts of an entry. A part that changes again meanwhile stays marked for the next reader, because
 * `patch` may have read it before that change.
 */
export async function patchChangedParts(
  entry: Entry<unknown>,
  patch: (parts: readonly string[]) => Promise<void>,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  entry.patching = promise;
  const changedParts = entry.changedParts ?? new Map<string, number>();
  const before = [...changedParts];
  try {
    await patch(before.map(([part]) => part));
    for (const [part, changes] of before) if (changedParts.get(part) === changes) changedParts.delete(part);
  } finally {
    entry.patching = undefined;
    resolve();
  }
}
