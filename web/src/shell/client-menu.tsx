import { useEffect, useRef, useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { clientOf } from '../api/queries.ts';
import { useKnown } from '../api/use-cached.ts';
import { Icon } from '../components/icon.tsx';
import { ClientChoice } from './client-picker.tsx';
import { useWho } from './current-client.tsx';

const HARDLY_CHANGES_MS = 60 * 60_000;

/** For whom is booked, in the bar. */
export function ClientMenu() {
  const { client, become } = useWho();
  const { error } = useKnown(client && clientOf(client.client_id), { freshForMs: HARDLY_CHANGES_MS });
  const isGone = error instanceof HoldfastProblem && error.status === 404;
  useEffect(() => {
    // A browser may remember a client of another database.
    if (isGone) become(undefined);
  }, [isGone, become]);

  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const leave = ({ target }: Event) => {
      if (target instanceof Node && !place.current?.contains(target)) setOpen(false);
    };
    const leaveByKey = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('keydown', leaveByKey);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('keydown', leaveByKey);
    };
  }, [open]);

  return (
    <div className="who" ref={place}>
      <button ref={button} type="button" className="who-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="person" />
        <span>{client === undefined ? 'Who are you?' : client.first_name}</span>
        {client !== undefined && <span className="unseen">: you book under this name; change it</span>}
      </button>
      {open && (
        <div className="sheet who-sheet">
          <ClientChoice
            onChosen={() => {
              setOpen(false);
              button.current?.focus();
            }}
          />
        </div>
      )}
    </div>
  );
}
