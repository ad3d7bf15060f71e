import { type ReactNode, useState } from 'react';
import { ActionButton } from '../components/action-button.tsx';
import { Dialog } from '../components/dialog.tsx';

interface Props {
  readonly label: string;
  /** The question. */
  readonly title: string;
  /** The label of the button that does it. */
  readonly answer: string;
  readonly isDangerous?: boolean;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  /** The consequences. */
  readonly children: ReactNode;
}

/** Does something after asking. */
export function ConfirmButton({ label, title, answer, isDangerous = false, isPending, onConfirm, children }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <ActionButton
        type="button"
        className={isDangerous ? 'danger' : undefined}
        isPending={isPending}
        onClick={() => setIsAsking(true)}
      >
        {label}
      </ActionButton>
      {isAsking && (
        <Dialog title={title} onClose={() => setIsAsking(false)}>
          {/* The form closes the dialog, and the browser then returns the focus. Unmounting it would lose the focus. */}
          <form method="dialog" className="question">
            {children}
            <div className="actions">
              <button type="submit">Go back</button>
              <button type="submit" className={isDangerous ? 'danger' : 'primary'} onClick={onConfirm}>
                {answer}
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
