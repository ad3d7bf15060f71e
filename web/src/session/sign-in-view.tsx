import '../styles/session.css';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { ActionButton } from '../components/action-button.tsx';
import { Field } from '../components/field.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { signIn } from './session.ts';

interface Props {
  /** There was a session, and it has ended by itself. */
  readonly hasEnded: boolean;
}

const MAX_KEY_LENGTH = 512;

/** Asks for the key that a session begins with. The view that the address names opens after it. */
export function SignInView({ hasEnded }: Props) {
  const [key, setKey] = useState('');
  const begin = useMutation({ mutationFn: () => signIn(key.trim()) });
  const input = useRef<HTMLInputElement>(null);
  const isWrong = begin.error instanceof HoldfastProblem && begin.error.status === 401;
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if (isWrong) input.current?.select();
  }, [isWrong]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!begin.isPending) begin.mutate();
  };
  return (
    <div className="view sign-in">
      <div>
        <h1>Sign in</h1>
        {hasEnded && <p role="alert">Your session has ended. Sign in again to go on where you were.</p>}
      </div>
      <form className="card form" onSubmit={submit}>
        <Field
          label="Key"
          hint="Keys begin with hf_. Ask the people who run this server for one."
          error={isWrong ? 'This key is not valid. Check it, or ask for a new one.' : undefined}
        >
          {(id, validity) => (
            <input
              ref={input}
              id={id}
              {...validity}
              type="password"
              name="key"
              autoComplete="current-password"
              required
              maxLength={MAX_KEY_LENGTH}
              spellCheck={false}
              value={key}
              onChange={({ target }) => setKey(target.value)}
            />
          )}
        </Field>
        {begin.error && !isWrong && <ProblemNotice error={begin.error} />}
        <ActionButton type="submit" className="primary wide" isPending={begin.isPending}>
          {begin.isPending ? 'One moment…' : 'Sign in'}
        </ActionButton>
      </form>
    </div>
  );
}
