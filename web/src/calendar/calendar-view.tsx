import '../styles/calendar.css';
import { useState } from 'react';
import type { Provider } from '../api/resources.ts';
import { fullName, useProvider, useProviders } from '../api/use-people.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound, NotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useRights, useSubject } from '../session/rights.ts';
import { addressOf, useAddressParams } from '../shell/addresses.ts';
import { navigate } from '../shell/hash-location.ts';
import { NewProviderDialog } from './new-provider-dialog.tsx';
import { ProviderCalendar } from './provider-calendar.tsx';

/** The calendar of the provider that the address names, or of the first one when it names none. A provider has its own. */
export function CalendarView() {
  const [params] = useAddressParams();
  const providers = useProviders().body?.providers;
  const ownId = useSubject('provider');
  const { canAddPeople } = useRights();
  const providerId = ownId ?? params.provider ?? providers?.[0]?.provider_id;
  const { body: provider, error, refresh } = useProvider(providerId);
  const [isAdding, setIsAdding] = useState(false);
  const isMissing = isNotFound(error);
  const isEmpty = providers?.length === 0 && providerId === undefined;
  return (
    <div className="view">
      <div className="view-head">
        <h1>Calendar</h1>
        <div className="actions">
          {ownId === undefined && providers && providers.length > 0 && (
            <ProviderSelect providers={providers} current={provider} />
          )}
          {canAddPeople && (
            <button type="button" onClick={() => setIsAdding(true)}>
              Add provider
            </button>
          )}
        </div>
      </div>
      {isAdding && <NewProviderDialog onClose={() => setIsAdding(false)} />}
      {isMissing && <NotFound thing={`provider ${providerId}`}>The providers are in the list above.</NotFound>}
      {error && !isMissing && provider === undefined && <ProblemNotice error={error} retry={refresh} />}
      {provider === undefined && !error && !isEmpty && <Loading rows={10} />}
      {isEmpty && (
        <EmptyState title="No providers yet">{canAddPeople && 'Add the first provider to offer time.'}</EmptyState>
      )}
      {provider && <ProviderCalendar key={provider.provider_id} provider={provider} />}
    </div>
  );
}

interface SelectProps {
  readonly providers: readonly Provider[];
  /** `undefined` while none is open. It may be missing from the list, which has only the first page. */
  readonly current: Provider | undefined;
}

function ProviderSelect({ providers, current }: SelectProps) {
  const isListed = providers.some(({ provider_id }) => provider_id === current?.provider_id);
  const options = current === undefined || isListed ? providers : [current, ...providers];
  return (
    <select
      className="provider-select"
      aria-label="Provider"
      value={current?.provider_id ?? ''}
      onChange={({ target }) => navigate(addressOf('calendar', { provider: Number(target.value) }))}
    >
      {current === undefined && (
        <option value="" disabled>
          Choose a provider
        </option>
      )}
      {options.map((each) => (
        <option key={each.provider_id} value={each.provider_id}>
          {fullName(each)}
        </option>
      ))}
    </select>
  );
}
