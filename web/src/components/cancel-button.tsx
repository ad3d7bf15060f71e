import { useState } from 'react';
import { ActionButton } from './action-button.tsx';
import { Dialog } from './dialog.tsx';

interface Props {
  /** `reservation` or `booking`. */
  readonly kind: string;
  /** Which one, as its row describes it. */
  readonly subject: string;
  /** The consequence of cancelling, in full sentences. */
  readonly consequence: string;
  readonly isPending: boolean;
  readonly onCancel: () => void;
}

/** Cancels after asking, because someone else may take at once what a slip of the finger has released. */
export function CancelButton({ kind, subject, consequence, isPending, onCancel }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <ActionButton type="button" isPending={isPending} onClick={() => setIsAsking(true)}>
        Cancel
      </ActionButton>
      {isAsking && (
        <Dialog title={`Cancel this ${kind}?`} onClose={() => setIsAsking(false)}>
          {/* The form closes the dialog, and the browser then returns the focus. Unmounting it would lose the focus. */}
          <form method="dialog" className="question">
            <p>
              <strong>{subject}</strong>
            </p>
            <p>{consequence}</p>
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
