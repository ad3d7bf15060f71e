import '../styles/items.css';
import { useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { itemList } from '../api/queries.ts';
import type { Item } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { useKnown } from '../api/use-cached.ts';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { VisitorTimes } from '../components/time-zone-note.tsx';
import { clockTime, moment, span } from '../format.ts';
import { useNowMs } from '../use-now.ts';
import { BookItem } from './book-item-dialog.tsx';
import { ItemRow } from './item-row.tsx';
import { MyBookings } from './my-bookings.tsx';
import { useRememberNames } from './remembered-items.ts';

/** What suppliers sell that may be asked seldom: how old the knowledge is, and when there is more. */
export function ItemsView() {
  const { body, error, refresh } = useKnown(itemList());
  useRememberNames(body?.items);
  const [chosen, setChosen] = useState<Item>();
  const isMissing = error instanceof HoldfastProblem && error.status === 404;
  return (
    <div className="view items">
      <div className="view-head">
        <h1>Items</h1>
        <VisitorTimes />
      </div>
      {isMissing && (
        <Empty title="This server sells no items.">They come from a supplier that tells of all at once.</Empty>
      )}
      {error && !isMissing && <Problem error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={9} label="Looking up items" />}
      {body && (
        <>
          <Knowledge observedAt={body.observed_at} nextPullAt={body.next_pull_at} />
          <div className="items-both">
            <section aria-label="What can be had">
              {body.items.length === 0 ? (
                <Empty title={body.observed_at === null ? 'Nothing is known yet.' : 'Nothing can be had just now.'}>
                  The next pull may bring some.
                </Empty>
              ) : (
                <ul className="rows">
                  {body.items.map((item) => (
                    <ItemRow key={item.item_id} item={item} onChoose={setChosen} />
                  ))}
                </ul>
              )}
            </section>
            <MyBookings />
          </div>
          {/* Not in its row: whoever has it open is told when the row goes. */}
          {chosen && (
            <BookItem
              item={chosen}
              left={body.items.find(({ item_id }) => item_id === chosen.item_id)?.remaining ?? 0}
              onClose={() => setChosen(undefined)}
            />
          )}
        </>
      )}
    </div>
  );
}

interface KnowledgeProps {
  readonly observedAt: string | null;
  readonly nextPullAt: string | null;
}

/** How old, and how long until it is younger: the way from one pull to the next. */
function Knowledge({ observedAt, nextPullAt }: KnowledgeProps) {
  useNowMs();
  const nowMs = serverNowMs();
  const observedMs = observedAt === null ? undefined : Date.parse(observedAt);
  const nextMs = nextPullAt === null ? undefined : Date.parse(nextPullAt);
  const ageMs = observedMs === undefined ? undefined : Math.max(0, nowMs - observedMs);
  const whole = observedMs !== undefined && nextMs !== undefined ? nextMs - observedMs : undefined;
  return (
    <section className="card knowledge" aria-label="How fresh this is">
      <div>
        <p className="hint">The supplier said so</p>
        <p className="knowledge-figure">{ageMs === undefined ? 'never yet' : `${span(ageMs)} ago`}</p>
        <p className="hint">{observedAt !== null && clockTime(observedAt)}</p>
      </div>
      <progress
        max={whole ?? 1}
        value={whole === undefined ? 0 : Math.min(ageMs ?? 0, whole)}
        aria-label="From the last pull to the next"
      />
      <div className="knowledge-next">
        <p className="hint">The next pull</p>
        <p className="knowledge-figure">
          {nextMs === undefined ? 'not planned' : nextMs <= nowMs ? 'now' : `in ${span(nextMs - nowMs)}`}
        </p>
        <p className="hint">{nextPullAt !== null && moment(nextPullAt)}</p>
      </div>
      <p className="hint knowledge-note">
        The supplier may be asked only so often. What is booked here counts at once, whenever the next pull is.
      </p>
    </section>
  );
}
