import { Link } from 'wouter';
import { NotFound } from '../components/not-found.tsx';
import { addressOf, type ParamName, type UnusableParam } from './addresses.ts';
import type { View } from './views.ts';

const THINGS: Readonly<Record<ParamName, string>> = {
  at: 'time',
  day: 'day',
  experience: 'experience',
  move: 'reservation',
  page: 'page',
  provider: 'provider',
  vehicle: 'vehicle',
  week: 'week',
};
const MAX_SHOWN = 24;

/** In place of a view whose path does not exist. */
export function UnknownPath({ path }: { readonly path: string }) {
  return (
    <div className="view">
      <h1>Not found</h1>
      <NotFound thing={`page “${shorten(path.slice(1))}”`}>
        <Link href={addressOf('book')}>Book a time</Link>
      </NotFound>
    </div>
  );
}

interface Props {
  readonly view: View;
  readonly param: UnusableParam;
}

/** In place of a view whose address holds a value that nothing can have. */
export function UnusableAddress({ view, param: { name, text } }: Props) {
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
