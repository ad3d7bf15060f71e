import type { ReactNode, Ref } from 'react';
import { Icon } from './icon.tsx';

interface Props {
  readonly children: ReactNode;
  /** With a reference, the notice can take the focus. */
  readonly ref?: Ref<HTMLParagraphElement>;
}

/** Reports a completed action. The caller places it in an element with `role="status"`. */
export function SuccessNotice({ children, ref }: Props) {
  return (
    <p className="success" ref={ref} tabIndex={ref === undefined ? undefined : -1}>
      <Icon name="check" />
      <span>{children}</span>
    </p>
  );
}
