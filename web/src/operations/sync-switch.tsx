import { useMutation, useQueryClient } from '@tanstack/react-query';
import { setSync } from '../api/mutations.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useRights } from '../session/rights.ts';

interface Props {
  /** `undefined` for all suppliers. */
  readonly supplier: string | undefined;
  readonly isPaused: boolean;
}

/** Pauses or resumes updates from suppliers, for those who may. */
export function SyncSwitch({ supplier, isPaused }: Props) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: () => setSync(isPaused ? 'resume' : 'pause', supplier),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sync'] }),
  });
  const { canPauseSync } = useRights();
  if (!canPauseSync) return null;
  const action = isPaused ? 'Resume' : 'Pause';
  // Pausing waits until running pulls have ended.
  const progress = isPaused ? 'Resuming…' : 'Pausing…';
  return (
    <div className="switch">
      <ActionButton type="button" isPending={change.isPending} onClick={() => change.mutate()}>
        {change.isPending ? progress : supplier === undefined ? `${action} all` : action}
        {supplier !== undefined && <span className="visually-hidden"> {supplier}</span>}
      </ActionButton>
      {change.error && <ProblemNotice error={change.error} />}
    </div>
  );
}
