import type { EventTopic } from '../../../client/index.ts';
import type { ViewPath } from '../shell/addresses.ts';
import { type Identity, type Session, useSession } from './session-state.ts';

/** The views and actions that the page offers. The server decides by itself; this only keeps its refusals from sight. */
export interface Rights {
  /** The first one opens when the address names none. */
  readonly views: readonly ViewPath[];
  /** Topics of the event stream that it may listen to. */
  readonly topics: readonly EventTopic[];
  /** Reads and books for clients that the visitor chooses. */
  readonly choosesClient: boolean;
  /** Hold, confirm, extend and move reservations, and book items. */
  readonly canBook: boolean;
  readonly canCancel: boolean;
  /** Offer and block time. */
  readonly canOffer: boolean;
  /** Add providers and clients. */
  readonly canAddPeople: boolean;
  readonly canPauseSync: boolean;
  readonly canReadMetrics: boolean;
}

/** The views of those who read everything. */
const VIEWS: readonly ViewPath[] = ['book', 'reservations', 'items', 'calendar', 'orders', 'vehicles', 'operations'];
const ALL_TOPICS: readonly EventTopic[] = ['slots', 'reservations', 'bookings', 'sync'];

const NONE: Rights = {
  views: [],
  topics: [],
  choosesClient: false,
  canBook: false,
  canCancel: false,
  canOffer: false,
  canAddPeople: false,
  canPauseSync: false,
  canReadMetrics: false,
};
const VIEWER: Rights = { ...NONE, views: VIEWS, topics: ALL_TOPICS, choosesClient: true };
const SERVICE: Rights = { ...VIEWER, canBook: true, canCancel: true, canOffer: true, canAddPeople: true };
const OPERATOR: Rights = { ...SERVICE, views: [...VIEWS, 'webhooks'], canPauseSync: true, canReadMetrics: true };

const RIGHTS: Readonly<Record<Identity['role'], Rights>> = {
  operator: OPERATOR,
  service: SERVICE,
  viewer: VIEWER,
  provider: {
    ...NONE,
    views: ['calendar', 'reservations', 'webhooks'],
    topics: ['slots', 'reservations'],
    canCancel: true,
    canOffer: true,
  },
  client: {
    ...NONE,
    views: ['book', 'reservations', 'items'],
    topics: ['slots', 'reservations', 'bookings'],
    canBook: true,
    canCancel: true,
  },
  reseller: NONE,
  monitor: { ...NONE, views: ['operations'], canReadMetrics: true },
};

export function rightsOf(session: Session): Rights {
  if (session.kind === 'open') return OPERATOR;
  return session.kind === 'signed-in' ? RIGHTS[session.identity.role] : NONE;
}

export function useRights(): Rights {
  return rightsOf(useSession());
}

/** The id of the provider or client that the page acts for, if it acts for one of this role. */
export function useSubject(role: 'provider' | 'client'): number | undefined {
  const session = useSession();
  if (session.kind !== 'signed-in' || session.identity.role !== role) return undefined;
  return Number(session.identity.subject);
}
