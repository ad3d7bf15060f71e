import '../styles/session.css';
import { useMutation } from '@tanstack/react-query';
import { clientQuery, providerQuery } from '../api/queries.ts';
import { useCached } from '../api/use-cached.ts';
import { fullName } from '../api/use-people.ts';
import { ActionButton } from '../components/action-button.tsx';
import { announce } from '../components/announcer.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatDateTime } from '../format.ts';
import { BarMenu } from '../shell/bar-menu.tsx';
import { signOut } from './session.ts';
import type { Identity } from './session-state.ts';

const NAMES: Readonly<Record<Identity['role'], string>> = {
  operator: 'Operator',
  service: 'Service',
  viewer: 'Viewer',
  provider: 'Provider',
  client: 'Client',
  reseller: 'Reseller',
  monitor: 'Monitor',
};
const NAME_FRESH_FOR_MS = 3_600_000;

/** Button in the bar that shows whom the page acts for, and the way out. */
export function SessionMenu({ identity }: { readonly identity: Identity }) {
  const { role, subject, expires_at } = identity;
  const name = subject === null ? NAMES[role] : `${NAMES[role]} ${subject}`;
  return (
    <BarMenu
      className="session-menu-button"
      icon="key"
      label={
        <>
          <span className="session-role">{name}</span>
          <span className="visually-hidden">, you are signed in. Sign out.</span>
        </>
      }
    >
      {() => (
        <div className="session-menu">
          <h2 className="small-title">Signed in as</h2>
          <p>
            <strong>{name}</strong>
            <SubjectName identity={identity} />
          </p>
          {expires_at !== null && <p className="hint">Until {formatDateTime(expires_at)}</p>}
          <SignOutButton />
        </div>
      )}
    </BarMenu>
  );
}

function SignOutButton() {
  const end = useMutation({ mutationFn: signOut, onSuccess: () => announce('You are signed out.') });
  return (
    <>
      {end.error && <ProblemNotice error={end.error} />}
      <ActionButton type="button" className="wide" isPending={end.isPending} onClick={() => end.mutate()}>
        Sign out
      </ActionButton>
    </>
  );
}

function SubjectName({ identity: { role, subject } }: { readonly identity: Identity }) {
  const id = Number(subject);
  const client = useCached(role === 'client' ? clientQuery(id) : undefined, { freshForMs: NAME_FRESH_FOR_MS });
  const provider = useCached(role === 'provider' ? providerQuery(id) : undefined, { freshForMs: NAME_FRESH_FOR_MS });
  const person = client.body ?? provider.body;
  return person === undefined ? null : <span className="session-subject">{fullName(person)}</span>;
}
