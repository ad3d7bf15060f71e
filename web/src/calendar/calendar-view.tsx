import '../styles/calendar.css';
import { useState } from 'react';
import { fullName, useProviders } from '../api/use-people.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { addressOf, useAddressParams } from '../shell/addresses.ts';
import { navigate } from '../shell/hash-location.ts';
import { NewProviderDialog } from './new-provider-dialog.tsx';
import { ProviderCalendar } from './provider-calendar.tsx';

/** The calendar of the provider that the address names, or else of the first one. */
export function CalendarView() {
  const [params] = useAddressParams();
  const { body, error, refresh } = useProviders();
  const [isAdding, setIsAdding] = useState(false);
  const providers = body?.providers ?? [];
  const provider = providers.find(({ provider_id }) => provider_id === params.provider) ?? providers[0];
  return (
    <div className="view">
      <div className="view-head">
        <h1>Calendar</h1>
        <div className="actions">
          {provider && (
            <select
              className="provider-select"
              aria-label="Provider"
              value={provider.provider_id}
              onChange={({ target }) => navigate(addressOf('calendar', { provider: Number(target.value) }))}
            >
              {providers.map((each) => (
                <option key={each.provider_id} value={each.provider_id}>
                  {fullName(each)}
                </option>
              ))}
            </select>
          )}
          <button type="button" onClick={() => setIsAdding(true)}>
            Add provider
          </button>
        </div>
      </div>
      {isAdding && <NewProviderDialog onClose={() => setIsAdding(false)} />}
      {body === undefined && (error ? <ProblemNotice error={error} retry={refresh} /> : <Loading rows={10} />)}
      {body?.providers.length === 0 && (
        <EmptyState title="No providers yet">Add the first provider to offer time.</EmptyState>
      )}
      {provider && <ProviderCalendar key={provider.provider_id} provider={provider} />}
    </div>
  );
}
