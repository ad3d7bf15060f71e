import '../styles/rows.css';
import '../styles/items.css';
import { useState } from 'react';
import { itemListQuery } from '../api/queries.ts';
import type { Item } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TimeZoneNote } from '../components/time-zone-note.tsx';
import { BookItemDialog } from './book-item-dialog.tsx';
import { ItemRow } from './item-row.tsx';
import { ItemsFreshness } from './items-freshness.tsx';
import { MyBookings } from './my-bookings.tsx';
import { useRememberItems } from './remembered-items.ts';

/** Items of suppliers that can be read only rarely, how fresh the list is, and the current client's bookings. */
export function ItemsView() {
  const { body, error, refresh } = useCached(itemListQuery());
  useRememberItems(body?.items);
  const isMissing = isNotFound(error);
  return (
    <div className="view">
      <div className="view-head">
        <h1>Items</h1>
        <TimeZoneNote />
      </div>
      {isMissing && <EmptyState title="No items here">This server has no supplier that sells items.</EmptyState>}
      {error && !isMissing && <ProblemNotice error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={9} label="Loading items" />}
      {body && (
        <>
          <ItemsFreshness observedAt={body.observed_at} nextPullAt={body.next_pull_at} />
          <div className="items-columns">
            <ItemList items={body.items} isLoaded={body.observed_at !== null} />
            <MyBookings />
          </div>
        </>
      )}
    </div>
  );
}

interface ListProps {
  readonly items: readonly Item[];
  /** The supplier has been read at least once. */
  readonly isLoaded: boolean;
}

function ItemList({ items, isLoaded }: ListProps) {
  const [chosen, setChosen] = useState<Item>();
  const remaining = items.find(({ item_id }) => item_id === chosen?.item_id)?.remaining ?? 0;
  return (
    <section aria-label="Available items">
      {items.length === 0 ? (
        <EmptyState title={isLoaded ? 'Nothing available right now' : 'No items yet'}>
          Check again after the next update.
        </EmptyState>
      ) : (
        <ul className="rows">
          {items.map((item) => (
            <ItemRow key={item.item_id} item={item} onChoose={setChosen} />
          ))}
        </ul>
      )}
      {/* Outside the row: when an item sells out, its row goes, and the dialog stays to say so. */}
      {chosen && <BookItemDialog item={chosen} remaining={remaining} onClose={() => setChosen(undefined)} />}
    </section>
  );
}
