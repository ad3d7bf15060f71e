/** A point in the event log: everything before it has been read. Ordered by transaction, then by position. */
export interface Cursor {
  readonly xid: bigint;
  readonly position: number;
}

/** The format of a cursor as text, which is the id of an event. */
export const CURSOR_PATTERN = '^[0-9]{1,19}-[0-9]{1,15}$';

export function formatCursor({ xid, position }: Cursor): string {
  return `${xid}-${position}`;
}

/** Parses a text that matches `CURSOR_PATTERN`. */
export function parseCursor(text: string): Cursor {
  const [xid = '', position = ''] = text.split('-');
  return { xid: BigInt(xid), position: Number(position) };
}

export function isBefore(one: Cursor, other: Cursor): boolean {
  return one.xid === other.xid ? one.position < other.position : one.xid < other.xid;
}
