import { type ComponentType, lazy } from 'react';
import type { IconName } from '../components/icon.tsx';
import type { ParamName, ViewPath } from './addresses.ts';

export interface View {
  readonly path: ViewPath;
  readonly name: string;
  /** Name in the navigation of small screens. Defaults to `name`. */
  readonly shortName?: string;
  /** `shortName` for those who do not book. Defaults to it. */
  readonly othersShortName?: string;
  /** Path in version 0.1, which bookmarks may still have. */
  readonly formerPath?: string;
  readonly icon: IconName;
  /** Parameters that the view reads from the address. */
  readonly params?: readonly ParamName[];
  /** The view's component, whose code is loaded when the view first opens. */
  readonly Content: ComponentType;
}

/** All views, in the order of the navigation. */
export const VIEWS: readonly View[] = [
  {
    path: 'book',
    name: 'Book',
    icon: 'calendar',
    params: ['provider', 'experience', 'day', 'move'],
    Content: lazy(() => import('../book/book-view.tsx').then(({ BookView }) => ({ default: BookView }))),
  },
  {
    path: 'reservations',
    name: 'Reservations',
    shortName: 'Mine',
    othersShortName: 'Reserved',
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
    path: 'calendar',
    formerPath: 'provider',
    name: 'Calendar',
    icon: 'week',
    params: ['provider', 'week'],
    Content: lazy(() =>
      import('../calendar/calendar-view.tsx').then(({ CalendarView }) => ({ default: CalendarView })),
    ),
  },
  {
    path: 'orders',
    name: 'Orders',
    icon: 'rows',
    params: ['page'],
    Content: lazy(() => import('../orders/orders-view.tsx').then(({ OrdersView }) => ({ default: OrdersView }))),
  },
  {
    path: 'vehicles',
    name: 'Vehicles',
    icon: 'timeline',
    params: ['vehicle', 'at'],
    Content: lazy(() =>
      import('../vehicles/vehicles-view.tsx').then(({ VehiclesView }) => ({ default: VehiclesView })),
    ),
  },
  {
    path: 'operations',
    name: 'Operations',
    shortName: 'Status',
    icon: 'pulse',
    Content: lazy(() =>
      import('../operations/operations-view.tsx').then(({ OperationsView }) => ({ default: OperationsView })),
    ),
  },
  {
    path: 'webhooks',
    name: 'Webhooks',
    shortName: 'Hooks',
    icon: 'send',
    params: ['webhook'],
    Content: lazy(() =>
      import('../webhooks/webhooks-view.tsx').then(({ WebhooksView }) => ({ default: WebhooksView })),
    ),
  },
];

/** The view of a path such as `/orders`. The empty path opens the first view; an unknown path has no view. */
export function viewAt(path: string, first: ViewPath): View | undefined {
  const name = path.slice(1).replace(/\/$/, '');
  return VIEWS.find((view) => view.path === (name || first) || view.formerPath === name);
}
