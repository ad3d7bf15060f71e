import { type ReactNode, useId } from 'react';

interface Props {
  readonly label: string;
  readonly hint?: string;
  /** The reason why the value cannot be used. */
  readonly error?: string | undefined;
  /** Renders the input with the id that the label refers to, and the attributes that connect the error to it. */
  readonly children: (id: string, validity: Validity) => ReactNode;
}

interface Validity {
  readonly 'aria-invalid': boolean | undefined;
  readonly 'aria-describedby': string | undefined;
}

/** An input with its label. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const errorId = `${id}error`;
  const isInvalid = error !== undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, { 'aria-invalid': isInvalid || undefined, 'aria-describedby': isInvalid ? errorId : undefined })}
      {hint !== undefined && <span className="hint">{hint}</span>}
      {isInvalid && (
        <span className="field-error" id={errorId} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}
