import { useRef, useState } from 'react';
import { announce } from '../components/announcer.tsx';
import { Field } from '../components/field.tsx';

/** A secret and a button that copies it. */
export function SecretBox({ secret }: { readonly secret: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  const [isRefused, setIsRefused] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setIsCopied(true);
      announce('The secret is copied.');
    } catch {
      // Browsers offer the clipboard to pages over https and on this machine only.
      input.current?.select();
      setIsRefused(true);
    }
  };
  return (
    <Field
      label="Secret"
      hint="Your receiver needs it to verify the signature of each message. Keep it private."
      error={isRefused ? 'Your browser does not allow the copy. The secret is selected: copy it yourself.' : undefined}
    >
      {(id, { 'aria-describedby': describedBy }) => (
        <div className="secret">
          <input
            ref={input}
            id={id}
            aria-describedby={describedBy}
            readOnly
            spellCheck={false}
            value={secret}
            onFocus={({ target }) => target.select()}
          />
          <button type="button" onClick={copy}>
            {isCopied ? 'Copied' : 'Copy'}
          </button>
        </div>
      )}
    </Field>
  );
}
