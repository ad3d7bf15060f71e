import { type FormEvent, useState } from 'react';
import { experienceDates } from '../api/queries.ts';
import type { Experience, ExperienceDate, Provider } from '../api/resources.ts';
import { type Knowledge, useKnown } from '../api/use-cached.ts';
import { nameOf } from '../api/use-people.ts';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { money, zoneName } from '../format.ts';
import { go, linkTo } from '../shell/router.ts';

interface Props {
  readonly providers: Knowledge<{ readonly providers: readonly Provider[] }>;
  readonly experiences: Knowledge<{ readonly experiences: readonly Experience[] }>;
  readonly providerId: number | undefined;
  readonly experience: number | undefined;
}

/** Each asks for its lowest price, so no more of them than one looks through. */
const CARDS = 12;

/** The first ones, and the one that is open. */
function shownOf(all: readonly Experience[], open: number | undefined): readonly Experience[] {
  return all.filter(({ id }, index) => index < CARDS || id === open);
}

export function WhatChoice({ providers, experiences, providerId, experience }: Props) {
  const sold = experiences.body?.experiences ?? [];
  const isLookingUp = experiences.body === undefined && experiences.error === null;
  if (providers.body === undefined && providers.error) {
    return <Problem error={providers.error} retry={providers.refresh} />;
  }
  if (providers.body === undefined || isLookingUp) return <Loading rows={2} label="Looking up who can be booked" />;
  return (
    <nav className="what" aria-label="With whom, or what">
      {providers.body.providers.length === 0 && sold.length === 0 && (
        <Empty title="Nobody offers time yet.">
          <a href={linkTo('provider')}>Add a provider</a>
        </Empty>
      )}
      <ul>
        {providers.body.providers.map((provider) => (
          <li key={provider.provider_id}>
            <a
              className="what-card"
              href={linkTo('book', { provider: provider.provider_id })}
              aria-current={experience === undefined && provider.provider_id === providerId ? 'true' : undefined}
            >
              <span className="monogram" aria-hidden="true">
                {provider.first_name.slice(0, 1)}
                {provider.last_name.slice(0, 1)}
              </span>
              <span className="what-name">
                {nameOf(provider)}
                <span className="hint">{zoneName(provider.time_zone)}</span>
              </span>
            </a>
          </li>
        ))}
        {shownOf(sold, experience).map(({ id }) => (
          <ExperienceCard key={id} id={id} isChosen={id === experience} />
        ))}
        {sold.length > CARDS && (
          <li>
            <OpenExperience onOpen={(id) => go('book', { experience: id })} />
          </li>
        )}
      </ul>
    </nav>
  );
}

function ExperienceCard({ id, isChosen }: { readonly id: number; readonly isChosen: boolean }) {
  const { body, error } = useKnown(experienceDates(id));
  const lowest = body?.dates.reduce<ExperienceDate | undefined>(
    (least, date) => (least === undefined || date.price.finalPrice < least.price.finalPrice ? date : least),
    undefined,
  );
  return (
    <li>
      <a className="what-card" href={linkTo('book', { experience: id })} aria-current={isChosen ? 'true' : undefined}>
        <span className="monogram monogram-ticket" aria-hidden="true">
          {id}
        </span>
        <span className="what-name">
          Experience {id}
          <span className="hint">
            {lowest !== undefined && `from ${money(lowest.price.finalPrice, lowest.price.currencyCode)}`}
            {body !== undefined && lowest === undefined && 'nothing just now'}
            {body === undefined && (error ? 'not known just now' : '…')}
          </span>
        </span>
      </a>
    </li>
  );
}

function OpenExperience({ onOpen }: { readonly onOpen: (id: number) => void }) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (/^[1-9]\d{0,14}$/.test(text)) onOpen(Number(text));
    setText('');
  };
  return (
    <form className="open-experience" onSubmit={submit}>
      <input
        aria-label="Number of another experience"
        inputMode="numeric"
        pattern="[1-9][0-9]*"
        placeholder="Experience no."
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" disabled={text === ''}>
        Open
      </button>
    </form>
  );
}
