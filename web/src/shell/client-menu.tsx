import { useEffect, useRef, useState } from 'react';
import { clientQuery } from '../api/queries.ts';
import { useCached } from '../api/use-cached.ts';
import { Icon } from '../components/icon.tsx';
import { isNotFound } from '../components/not-found.tsx';
import { ClientPicker } from './client-picker.tsx';
import { useCurrentClient } from './current-client.tsx';

const CLIENT_FRESH_FOR_MS = 60 * 60_000;

/** Button in the bar that shows the current client and opens the picker. */
export function ClientMenu() {
  const { client } = useCurrentClient();
  const [isOpen, setIsOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useForgetMissingClient();

  useEffect(() => {
    if (!isOpen) return;
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && !menu.current?.contains(target)) setIsOpen(false);
    };
    const closeOnEscape = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return;
      setIsOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('keydown', closeOnEscape);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('keydown', closeOnEscape);
    };
  }, [isOpen]);

  return (
    <div className="client-menu" ref={menu}>
      <button
        ref={button}
        type="button"
        className="client-menu-button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="person" />
        <span>{client === undefined ? 'Your name' : client.first_name}</span>
        {client !== undefined && <span className="visually-hidden">, you book under this name. Change it.</span>}
      </button>
      {isOpen && (
        <div className="sheet client-menu-sheet">
          <ClientPicker
            onChosen={() => {
              setIsOpen(false);
              button.current?.focus();
            }}
          />
        </div>
      )}
    </div>
  );
}

/** Forgets the current client when the server does not know it: the browser may remember a client of another database. */
function useForgetMissingClient(): void {
  const { client, setClient } = useCurrentClient();
  const { error } = useCached(client && clientQuery(client.client_id), { freshForMs: CLIENT_FRESH_FOR_MS });
  const isMissing = isNotFound(error);
  useEffect(() => {
    if (isMissing) setClient(undefined);
  }, [isMissing, setClient]);
}
