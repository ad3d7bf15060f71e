import { HoldfastProblem } from '../../../client/index.ts';
import { problemMessage } from '../api/problem-message.ts';
import { formatQuantity } from '../format.ts';
import { Icon } from './icon.tsx';

interface Props {
  readonly error: Error;
  readonly retry?: () => void;
}

/** An error message, with a button that tries again. */
export function ProblemNotice({ error, retry }: Props) {
  return (
    <div className="problem" role="alert">
      <p>{problemMessage(error)}</p>
      {error instanceof HoldfastProblem && error.status >= 500 && <p className="hint">{serverFaultHint(error)}</p>}
      {retry && (
        <button type="button" onClick={retry}>
          <Icon name="refresh" /> Try again
        </button>
      )}
    </div>
  );
}

function serverFaultHint({ retryAfterS }: HoldfastProblem): string {
  if (retryAfterS === undefined) return 'This is a problem on our side.';
  return `This is a problem on our side. It should be over in ${formatQuantity(retryAfterS, 'second')}.`;
}
