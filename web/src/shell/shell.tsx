import { Suspense, useEffect, useRef } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { Announcer } from '../components/announcer.tsx';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { Icon } from '../components/icon.tsx';
import { Loading } from '../components/loading.tsx';
import { addressOf, findUnusableParam } from './addresses.ts';
import { ClientMenu } from './client-menu.tsx';
import { ConnectionStatus, OfflineBanner } from './connection-status.tsx';
import { ThemeToggle } from './theme-toggle.tsx';
import { UnknownPath, UnusableAddress } from './unknown-address.tsx';
import { VIEWS, type View, viewAt } from './views.ts';

/** The frame around every view: navigation, connection status, theme and current client. */
export function Shell() {
  const [path] = useLocation();
  const [search] = useSearchParams();
  const view = viewAt(path);
  const unusable = view && findUnusableParam(search, view.params ?? []);
  const main = useRef<HTMLElement>(null);
  const isUnusable = unusable !== undefined;
  const openPath = useRef(path);

  useEffect(() => {
    document.title = `${view === undefined || isUnusable ? 'Not found' : view.name} · Holdfast`;
    if (openPath.current === path) return;
    openPath.current = path;
    // As after a page load: a screen reader starts at the new view.
    main.current?.focus();
    window.scrollTo(0, 0);
  }, [path, view, isUnusable]);

  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header className="bar">
        <Link className="brand" href={addressOf('book')}>
          <Icon name="mark" />
          <span>Holdfast</span>
        </Link>
        <Navigation current={view} />
        <div className="bar-end">
          <ConnectionStatus />
          <ThemeToggle />
          <ClientMenu />
        </div>
      </header>
      <OfflineBanner />
      <Announcer />
      <main ref={main} tabIndex={-1}>
        {view === undefined && <UnknownPath path={path} />}
        {view && unusable && <UnusableAddress view={view} param={unusable} />}
        {view && !unusable && (
          <ErrorBoundary key={view.path}>
            <Suspense fallback={<Loading rows={6} label={`Opening ${view.name}`} />}>
              <view.Content />
            </Suspense>
          </ErrorBoundary>
        )}
      </main>
    </>
  );
}

function Navigation({ current }: { readonly current: View | undefined }) {
  return (
    <nav aria-label="Views" className="views">
      {VIEWS.map((view) => (
        <Link key={view.path} href={addressOf(view.path)} aria-current={view === current ? 'page' : undefined}>
          <Icon name={view.icon} />
          <span className="views-long">{view.name}</span>
          <span className="views-short">{view.shortName ?? view.name}</span>
        </Link>
      ))}
    </nav>
  );
}
