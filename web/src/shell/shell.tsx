import { type ComponentType, lazy, Suspense, useEffect, useRef } from 'react';
import { useLiveness } from '../api/live-updates.ts';
import { Boundary } from '../components/error-boundary.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { Loading } from '../components/states.tsx';
import { ClientMenu } from './client-menu.tsx';
import { linkTo, usePlace } from './router.ts';
import { ThemeToggle } from './theme-toggle.tsx';

interface View {
  readonly path: string;
  readonly name: string;
  /** Where there is little room. */
  readonly short?: string;
  readonly icon: IconName;
  readonly Content: ComponentType;
}

const VIEWS: readonly View[] = [
  {
    path: 'book',
    name: 'Book',
    icon: 'calendar',
    Content: lazy(() => import('../book/book-view.tsx').then(({ BookView }) => ({ default: BookView }))),
  },
  {
    path: 'reservations',
    name: 'Reservations',
    short: 'Mine',
    icon: 'ticket',
    Content: lazy(() =>
      import('../reservations/reservations-view.tsx').then(({ ReservationsView }) => ({ default: ReservationsView })),
    ),
  },
  {
    path: 'items',
    name: 'Items',
    icon: 'stack',
    Content: lazy(() => import('../items/items-view.tsx').then(({ ItemsView }) => ({ default: ItemsView }))),
  },
  {
    path: 'provider',
    name: 'Calendar',
    icon: 'week',
    Content: lazy(() =>
      import('../calendar/calendar-view.tsx').then(({ ProviderView }) => ({ default: ProviderView })),
    ),
  },
  {
    path: 'orders',
    name: 'Orders',
    icon: 'rows',
    Content: lazy(() => import('../orders/orders-view.tsx').then(({ OrdersView }) => ({ default: OrdersView }))),
  },
  {
    path: 'vehicles',
    name: 'Vehicles',
    icon: 'timeline',
    Content: lazy(() =>
      import('../vehicles/vehicles-view.tsx').then(({ VehiclesView }) => ({ default: VehiclesView })),
    ),
  },
  {
    path: 'operations',
    name: 'Operations',
    short: 'Status',
    icon: 'pulse',
    Content: lazy(() =>
      import('../operations/operations-view.tsx').then(({ OperationsView }) => ({ default: OperationsView })),
    ),
  },
];
const [FIRST] = VIEWS;

/** What is around every view: where one is, for whom one books, and whether what is shown is still being told. */
export function Shell() {
  const { view: path } = usePlace();
  const view = VIEWS.find((each) => each.path === path) ?? FIRST;
  const main = useRef<HTMLElement>(null);
  const arrivedAt = useRef(path);

  useEffect(() => {
    document.title = `${view?.name} · Holdfast`;
    if (arrivedAt.current === path) return;
    arrivedAt.current = path;
    // As after a page load: a screen reader begins with the new view.
    main.current?.focus();
    window.scrollTo(0, 0);
  }, [path, view]);

  if (view === undefined) return null;
  const { Content } = view;
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header className="bar">
        <a className="brand" href={linkTo('book')}>
          <Icon name="mark" />
          <span>Holdfast</span>
        </a>
        <nav aria-label="Views" className="views">
          {VIEWS.map((each) => (
            <a key={each.path} href={linkTo(each.path)} aria-current={each === view ? 'page' : undefined}>
              <Icon name={each.icon} />
              <span className="views-long">{each.name}</span>
              <span className="views-short">{each.short ?? each.name}</span>
            </a>
          ))}
        </nav>
        <div className="bar-end">
          <LiveMark />
          <ThemeToggle />
          <ClientMenu />
        </div>
      </header>
      <Offline />
      <main ref={main} tabIndex={-1}>
        <Boundary key={view.path}>
          <Suspense fallback={<Loading rows={6} label={`Opening ${view.name}`} />}>
            <Content />
          </Suspense>
        </Boundary>
      </main>
    </>
  );
}

const TOLD = {
  connecting: ['Connecting', 'Connecting to the stream of changes'],
  live: ['Live', 'Changes are shown as they happen'],
  polling: ['Polling', 'No stream of changes: what is on show is asked for every few seconds'],
  offline: ['Offline', 'Showing what was known last'],
} as const;

function LiveMark() {
  const liveness = useLiveness();
  const [word, meaning] = TOLD[liveness];
  return (
    <span className="live" data-state={liveness} title={meaning}>
      <span className="live-dot" aria-hidden="true" />
      {word}
      <span className="unseen">: {meaning}</span>
    </span>
  );
}

function Offline() {
  const liveness = useLiveness();
  return (
    <div role="status" className="offline-place">
      {liveness === 'offline' && (
        <p className="offline">You are offline. This is what was known last, with its age beside it.</p>
      )}
    </div>
  );
}
