import { useState } from 'react';
import { Dialog } from './dialog.tsx';

interface Props {
  /** What would be cancelled, as its row calls it. */
  readonly what: string;
  /** What that means, in a sentence. */
  readonly meaning: string;
  readonly isPending: boolean;
  readonly onCancel: () => void;
}

/** Cancels what is booked, and asks first: what a slip of the finger lets go, somebody else may have at once. */
export function CancelButton({ what, meaning, isPending, onCancel }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <button type="button" disabled={isPending} onClick={() => setIsAsking(true)}>
        Cancel it
      </button>
      {isAsking && (
        <Dialog title="Cancel it?" onClose={() => setIsAsking(false)}>
          {/* The platform closes it, and so gives the focus back; to unmount it would not. */}
          <form method="dialog" className="question">
            <p>
              <strong>{what}</strong>
            </p>
            <p>{meaning}</p>
            <div className="actions">
              <button type="submit">Keep it</button>
              <button type="submit" className="danger" onClick={onCancel}>
                Yes, cancel
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
