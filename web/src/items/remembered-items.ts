import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Item } from '../api/resources.ts';

/** A booking names its item by number only, and what is sold out is no longer listed. */
export interface RememberedItem {
  readonly name: string | null;
  readonly starts_at: string;
  readonly ends_at: string;
}
type Names = Readonly<Record<number, RememberedItem>>;
const KEY = ['item-names'];

export function useRememberNames(items: readonly Item[] | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (items === undefined) return;
    const names = items.map(({ item_id, name, starts_at, ends_at }) => [item_id, { name, starts_at, ends_at }]);
    client.setQueryData<Names>(KEY, (known) => ({ ...known, ...Object.fromEntries(names) }));
  }, [client, items]);
}

export function useRememberedItem(itemId: number): RememberedItem | undefined {
  return useQueryClient().getQueryData<Names>(KEY)?.[itemId];
}
