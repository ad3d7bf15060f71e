import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { experienceDatesQuery } from '../api/queries.ts';
import type { Experience, ExperienceDate, Provider } from '../api/resources.ts';
import { type CachedResult, useCached } from '../api/use-cached.ts';
import { fullName } from '../api/use-people.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatMoney, zoneName } from '../format.ts';
import { addressOf, parsePositiveInteger } from '../shell/addresses.ts';
import { navigate } from '../shell/hash-location.ts';

interface Props {
  readonly providers: CachedResult<{ readonly providers: readonly Provider[] }>;
  readonly experiences: CachedResult<{ readonly experiences: readonly Experience[] }>;
  readonly providerId: number | undefined;
  readonly experienceId: number | undefined;
}

/** Each experience card fetches its lowest price, so the number of cards is limited. */
const MAX_EXPERIENCE_CARDS = 12;

/** Cards of what can be booked: providers, then experiences. */
export function OfferingPicker({ providers, experiences, providerId, experienceId }: Props) {
  const isLoadingExperiences = experiences.body === undefined && experiences.error === null;
  if (providers.body === undefined && providers.error) {
    return <ProblemNotice error={providers.error} retry={providers.refresh} />;
  }
  if (providers.body === undefined || isLoadingExperiences)
    return <Loading rows={2} label="Loading what you can book" />;
  const providerList = providers.body.providers;
  const experienceList = experiences.body?.experiences ?? [];
  // The open experience has a card, too, wherever it is in the list.
  const shownExperiences = experienceList.filter(
    ({ id }, index) => index < MAX_EXPERIENCE_CARDS || id === experienceId,
  );
  return (
    <nav className="offerings" aria-label="What to book">
      {providerList.length === 0 && experienceList.length === 0 && (
        <EmptyState title="There is nothing to book yet">
          <Link href={addressOf('calendar')}>Add a provider</Link>
        </EmptyState>
      )}
      <ul>
        {providerList.map((provider) => (
          <li key={provider.provider_id}>
            <ProviderCard
              provider={provider}
              isCurrent={experienceId === undefined && provider.provider_id === providerId}
            />
          </li>
        ))}
        {shownExperiences.map(({ id }) => (
          <li key={id}>
            <ExperienceCard id={id} isCurrent={id === experienceId} />
          </li>
        ))}
        {experienceList.length > MAX_EXPERIENCE_CARDS && (
          <li>
            <ExperienceNumberForm />
          </li>
        )}
      </ul>
    </nav>
  );
}

function ProviderCard({ provider, isCurrent }: { readonly provider: Provider; readonly isCurrent: boolean }) {
  const { provider_id, first_name, last_name, time_zone } = provider;
  return (
    <Link
      className="choice-card"
      href={addressOf('book', { provider: provider_id })}
      aria-current={isCurrent ? 'true' : undefined}
    >
      <span className="monogram" aria-hidden="true">
        {first_name.slice(0, 1)}
        {last_name.slice(0, 1)}
      </span>
      <span className="choice-card-name">
        {fullName(provider)}
        <span className="hint">{zoneName(time_zone)}</span>
      </span>
    </Link>
  );
}

function ExperienceCard({ id, isCurrent }: { readonly id: number; readonly isCurrent: boolean }) {
  const { body, error } = useCached(experienceDatesQuery(id));
  return (
    <Link
      className="choice-card"
      href={addressOf('book', { experience: id })}
      aria-current={isCurrent ? 'true' : undefined}
    >
      <span className="monogram monogram-experience" aria-hidden="true">
        {id}
      </span>
      <span className="choice-card-name">
        Experience {id}
        <span className="hint">{body === undefined ? (error ? 'Price unavailable' : '…') : priceHint(body.dates)}</span>
      </span>
    </Link>
  );
}

function priceHint(dates: readonly ExperienceDate[]): string {
  const [first, ...others] = dates;
  if (first === undefined) return 'Currently unavailable';
  const lowest = others.reduce(
    (least, { price }) => (price.finalPrice < least.finalPrice ? price : least),
    first.price,
  );
  return `from ${formatMoney(lowest.finalPrice, lowest.currencyCode)}`;
}

/** Opens an experience that has no card. */
function ExperienceNumberForm() {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const experience = parsePositiveInteger(text);
    if (experience !== undefined) navigate(addressOf('book', { experience }));
    setText('');
  };
  return (
    <form className="experience-number-form" onSubmit={submit}>
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
