import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Item } from '../api/resources.ts';

/** An item as it was last listed. A booking has only the item's id, and a sold-out item is no longer in the list. */
type RememberedItem = Pick<Item, 'name' | 'starts_at' | 'ends_at'>;
type ItemsById = Readonly<Record<number, RememberedItem>>;

const KEY = ['remembered-items'];

export function useRememberItems(items: readonly Item[] | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (items === undefined) return;
    const listed = items.map(({ item_id, name, starts_at, ends_at }) => [item_id, { name, starts_at, ends_at }]);
    client.setQueryData<ItemsById>(KEY, (remembered) => ({ ...remembered, ...Object.fromEntries(listed) }));
  }, [client, items]);
}

export function useRememberedItem(itemId: number): RememberedItem | undefined {
  return useQueryClient().getQueryData<ItemsById>(KEY)?.[itemId];
}

/** The item's name, or its number when the supplier has not named it. */
export function itemName(itemId: number, item: Pick<Item, 'name'> | undefined): string {
  return item?.name ?? `Item ${itemId}`;
}
