import type { ComponentProps } from 'react';

interface Props extends ComponentProps<'button'> {
  /** The button's request is running. A press does nothing until it has ended. */
  readonly isPending: boolean;
}

/** A button that sends a request. It is never `disabled` by that request: a disabled button would lose the focus. */
export function ActionButton({ isPending, onClick, ...rest }: Props) {
  return (
    <button
      {...rest}
      aria-disabled={isPending || undefined}
      onClick={(event) => {
        if (isPending) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
