import { Link } from 'wouter';
import { EmptyState } from '../components/empty-state.tsx';
import { NotFound } from '../components/not-found.tsx';
import { addressOf, type ParamName, type UnusableParam, type ViewPath } from './addresses.ts';
import { VIEWS, type View } from './views.ts';

const THINGS: Readonly<Record<ParamName, string>> = {
  at: 'time',
  day: 'day',
  experience: 'experience',
  move: 'reservation',
  page: 'page',
  provider: 'provider',
  vehicle: 'vehicle',
  webhook: 'webhook',
  week: 'week',
};
const MAX_SHOWN = 24;

interface AddressProps {
  readonly path: string;
  readonly view: View | undefined;
  /** A parameter that the view cannot use. Without one, the visitor's role does not have the view. */
  readonly unusable: UnusableParam | undefined;
  /** The first view that the visitor's role has. */
  readonly firstView: ViewPath | undefined;
}

/** In place of a view that the address does not open. */
export function UnknownAddress({ path, view, unusable, firstView }: AddressProps) {
  if (view === undefined) return <UnknownPath path={path} firstView={firstView} />;
  if (unusable !== undefined) return <UnusableAddress view={view} param={unusable} />;
  return <ForbiddenView view={view} firstView={firstView} />;
}

/** In place of a view whose path does not exist. */
function UnknownPath({ path, firstView }: { readonly path: string; readonly firstView: ViewPath | undefined }) {
  return (
    <div className="view">
      <h1>Not found</h1>
      <NotFound thing={`page “${shorten(path.slice(1))}”`}>
        {firstView === 'book' ? <Link href={addressOf('book')}>Book a time</Link> : <FirstViewLink path={firstView} />}
      </NotFound>
    </div>
  );
}

interface ForbiddenProps {
  readonly view: View;
  /** The first view that is not forbidden; `undefined` when all are. */
  readonly firstView: ViewPath | undefined;
}

/** In place of a view that the visitor's role does not have. */
function ForbiddenView({ view, firstView }: ForbiddenProps) {
  const isNothingOpen = firstView === undefined;
  return (
    <div className="view">
      <h1>{isNothingOpen ? 'Nothing to see here' : view.name}</h1>
      <EmptyState title={isNothingOpen ? 'This key is for programs' : 'Your key does not open this page'}>
        {isNothingOpen ? <p>Sign in with another key to use this page.</p> : <FirstViewLink path={firstView} />}
      </EmptyState>
    </div>
  );
}

function FirstViewLink({ path }: { readonly path: ViewPath | undefined }) {
  const first = VIEWS.find((view) => view.path === path);
  return first === undefined ? null : <Link href={addressOf(first.path)}>Open {first.name}</Link>;
}

interface Props {
  readonly view: View;
  readonly param: UnusableParam;
}

/** In place of a view whose address holds a value that nothing can have. */
function UnusableAddress({ view, param: { name, text } }: Props) {
  return (
    <div className="view">
      <h1>{view.name}</h1>
      <NotFound thing={`${THINGS[name]} ${text === '' ? 'without a value' : `“${shorten(text)}”`}`}>
        <Link href={addressOf(view.path)}>Open {view.name} without it</Link>
      </NotFound>
    </div>
  );
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
