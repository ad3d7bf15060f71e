import { lazy, type RefObject, Suspense, useEffect, useRef } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { Announcer } from '../components/announcer.tsx';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { Icon } from '../components/icon.tsx';
import { Loading } from '../components/loading.tsx';
import { type Rights, rightsOf } from '../session/rights.ts';
import { type Session, sessionName, useSession } from '../session/session-state.ts';
import { addressOf, findUnusableParam } from './addresses.ts';
import { ClientMenu } from './client-menu.tsx';
import { ConnectionStatus, OfflineBanner } from './connection-status.tsx';
import { CurrentClientProvider } from './current-client.tsx';
import { ThemeToggle } from './theme-toggle.tsx';
import { VIEWS, type View, viewAt } from './views.ts';

const SignInView = lazy(() =>
  import('../session/sign-in-view.tsx').then(({ SignInView }) => ({ default: SignInView })),
);
const SessionMenu = lazy(() =>
  import('../session/session-menu.tsx').then(({ SessionMenu }) => ({ default: SessionMenu })),
);

const UnknownAddress = lazy(() =>
  import('./unknown-address.tsx').then(({ UnknownAddress }) => ({ default: UnknownAddress })),
);

/** The frame around every view. Nothing of one principal stays on the page of the next. */
export function Shell() {
  const session = useSession();
  return (
    <>
      <CurrentClientProvider key={sessionName(session)}>
        <Frame session={session} />
      </CurrentClientProvider>
      <Announcer />
    </>
  );
}

/** Navigation, connection status, theme, current client and session; and the view that the address names. */
function Frame({ session }: { readonly session: Session }) {
  const [path] = useLocation();
  const rights = rightsOf(session);
  const [firstView = 'book'] = rights.views;
  const view = viewAt(path, firstView);
  const main = useRef<HTMLElement>(null);
  useFocusAtNewPath(main, path);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header className="bar">
        <Link className="brand" href={addressOf(firstView)}>
          <Icon name="mark" />
          <span>Holdfast</span>
        </Link>
        <Navigation current={view} rights={rights} />
        <div className="bar-end">
          {rights.topics.length > 0 && <ConnectionStatus />}
          <ThemeToggle />
          {rights.choosesClient && <ClientMenu />}
          {session.kind === 'signed-in' && (
            <Suspense>
              <SessionMenu identity={session.identity} />
            </Suspense>
          )}
        </div>
      </header>
      <OfflineBanner />
      <main ref={main} tabIndex={-1}>
        {session.kind === 'unknown' && <Loading rows={6} />}
        {session.kind === 'signed-out' && <SignedOut hasEnded={session.hasEnded} />}
        {(session.kind === 'open' || session.kind === 'signed-in') && (
          <ViewOf path={path} view={view} rights={rights} />
        )}
      </main>
    </>
  );
}

interface ViewProps {
  readonly path: string;
  readonly view: View | undefined;
  readonly rights: Rights;
}

function ViewOf({ path, view, rights }: ViewProps) {
  const [search] = useSearchParams();
  const unusable = view && findUnusableParam(search, view.params ?? []);
  const isForbidden = view !== undefined && !rights.views.includes(view.path);
  const isFound = view !== undefined && unusable === undefined;
  useEffect(() => {
    document.title = `${isFound ? view.name : 'Not found'} · Holdfast`;
  }, [isFound, view]);
  const isOpen = isFound && !isForbidden;
  return (
    <ErrorBoundary key={view?.path}>
      <Suspense fallback={<Loading rows={6} label={`Opening ${view?.name ?? 'the page'}`} />}>
        {isOpen ? (
          <view.Content />
        ) : (
          <UnknownAddress path={path} view={view} unusable={unusable} firstView={rights.views[0]} />
        )}
      </Suspense>
    </ErrorBoundary>
  );
}

function SignedOut({ hasEnded }: { readonly hasEnded: boolean }) {
  useEffect(() => {
    document.title = 'Sign in · Holdfast';
  }, []);
  return (
    <ErrorBoundary>
      <Suspense fallback={<Loading rows={3} label="Opening the sign-in" />}>
        <SignInView hasEnded={hasEnded} />
      </Suspense>
    </ErrorBoundary>
  );
}

/** As after a page load: a screen reader starts at the new view. */
function useFocusAtNewPath(main: RefObject<HTMLElement | null>, path: string): void {
  const openPath = useRef(path);
  useEffect(() => {
    if (openPath.current === path) return;
    openPath.current = path;
    main.current?.focus();
    window.scrollTo(0, 0);
  }, [main, path]);
}

function Navigation({ current, rights }: { readonly current: View | undefined; readonly rights: Rights }) {
  const views = VIEWS.filter(({ path }) => rights.views.includes(path));
  if (views.length === 0) return null;
  return (
    <nav aria-label="Views" className="views">
      {views.map((view) => (
        <Link key={view.path} href={addressOf(view.path)} aria-current={view === current ? 'page' : undefined}>
          <Icon name={view.icon} />
          <span className="views-long">{view.name}</span>
          <span className="views-short">
            {(rights.canBook ? view.shortName : view.othersShortName) ?? view.shortName ?? view.name}
          </span>
        </Link>
      ))}
    </nav>
  );
}
