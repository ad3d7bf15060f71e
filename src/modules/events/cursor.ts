/** How far somebody has read: by transaction, and within one by position. */
export interface Cursor {
  readonly xid: bigint;
  readonly position: number;
}

export const CURSOR_TEXT = '^[0-9]{1,19}-[0-9]{1,15}$';

export function cursorText({ xid, position }: Cursor): string {
  return `${xid}-${position}`;
}

/** Reads a text that `CURSOR_TEXT` has let through. */
export function cursorOf(text: string): Cursor {
  const [xid = '', position = ''] = text.split('-');
  return { xid: BigInt(xid), position: Number(position) };
}

export function isBefore(one: Cursor, other: Cursor): boolean {
  return one.xid === other.xid ? one.position < other.position : one.xid < other.xid;
}
