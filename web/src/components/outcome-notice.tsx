import { type ReactNode, useEffect, useRef } from 'react';
import { SuccessNotice } from './success-notice.tsx';

/** Reports what the visitor has just done. It takes the focus, because the button that had it has gone. */
export function OutcomeNotice({ children }: { readonly children: ReactNode }) {
  const notice = useRef<HTMLParagraphElement>(null);
  useEffect(() => notice.current?.focus(), []);
  return <SuccessNotice ref={notice}>{children}</SuccessNotice>;
}
