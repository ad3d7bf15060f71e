import '../styles/vehicles.css';
import { ActionButton } from '../components/action-button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TimeZoneNote } from '../components/time-zone-note.tsx';
import { useAddressParams } from '../shell/addresses.ts';
import { useFleet } from './use-fleet.ts';
import { VehicleStates } from './vehicle-states.tsx';

/** The fleet, and the states of the vehicle that the address names, or else of the first one. */
export function VehiclesView() {
  const [params, changeParams] = useAddressParams();
  const { vehicles, isReady, error, hasMore, isLoadingMore, loadMore, refresh } = useFleet();
  const currentId = params.vehicle ?? vehicles[0]?.id;
  return (
    <div className="view">
      <div className="view-head">
        <h1>Vehicles</h1>
        <TimeZoneNote />
      </div>
      {error && <ProblemNotice error={error} retry={refresh} />}
      {isReady && vehicles.length === 0 && (
        <EmptyState title="No vehicles yet">
          <span>
            Import them from a file with <code>holdfast import vehicles</code>.
          </span>
        </EmptyState>
      )}
      {!isReady && !error && <Loading rows={5} />}
      <ul className="fleet">
        {vehicles.map(({ id, make, model, state }) => (
          <li key={id}>
            <button
              type="button"
              className="choice-card"
              aria-pressed={id === currentId}
              onClick={() => changeParams({ vehicle: id, at: undefined })}
            >
              <span className="monogram" aria-hidden="true">
                {id}
              </span>
              <span className="choice-card-name">
                {make} {model}
                <span className="hint">{state ?? 'no state yet'}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {hasMore && (
        <ActionButton type="button" className="more" isPending={isLoadingMore} onClick={loadMore}>
          Show more vehicles
        </ActionButton>
      )}
      {currentId !== undefined && <VehicleStates key={currentId} id={currentId} />}
    </div>
  );
}
