import { type FormEvent, useState } from 'react';
import { experienceDates } from '../api/questions.ts';
import type { ExperienceDate, Provider } from '../api/shapes.ts';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { go, linkTo } from '../router.ts';
import { type Knowledge, useKnown } from '../use-known.ts';
import { nameOf } from '../use-people.ts';
import { money, zoneName } from '../written.ts';

interface Props {
  readonly providers: Knowledge<{ readonly providers: readonly Provider[] }>;
  readonly providerId: number | undefined;
  readonly experience: number | undefined;
}

/** The bundled supplier sells these; any other number can be opened too. */
const SAMPLE_EXPERIENCES = [14, 15];
const KEPT_AS = 'holdfast.experiences';

function readOpened(): number[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => Number.isSafeInteger(each)) : [];
  } catch {
    return [];
  }
}

export function WhatChoice({ providers, providerId, experience }: Props) {
  const [opened, setOpened] = useState(readOpened);
  const experiences = [...new Set([...SAMPLE_EXPERIENCES, ...opened])];
  const open = (id: number) => {
    const next = [...new Set([...opened, id])];
    setOpened(next);
    localStorage.setItem(KEPT_AS, JSON.stringify(next));
    go('book', { experience: id });
  };
  if (providers.body === undefined) {
    return providers.error ? (
      <Problem error={providers.error} retry={providers.refresh} />
    ) : (
      <Loading rows={2} label="Looking up who can be booked" />
    );
  }
  return (
    <nav className="what" aria-label="With whom, or what">
      {providers.body.providers.length === 0 && (
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
        {experiences.map((id) => (
          <ExperienceCard key={id} id={id} isChosen={id === experience} isSample={!opened.includes(id)} />
        ))}
        <li>
          <OpenExperience onOpen={open} />
        </li>
      </ul>
    </nav>
  );
}

/** A sample that this server does not have is not shown at all. */
function ExperienceCard(props: { readonly id: number; readonly isChosen: boolean; readonly isSample: boolean }) {
  const { id, isChosen, isSample } = props;
  const { body, error } = useKnown(experienceDates(id));
  if (body === undefined && (isSample || error)) return null;
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
            {lowest === undefined
              ? 'nothing just now'
              : `from ${money(lowest.price.finalPrice, lowest.price.currencyCode)}`}
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
