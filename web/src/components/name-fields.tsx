import { Field } from './field.tsx';

interface Name {
  readonly first: string;
  readonly last: string;
}

interface Props {
  readonly name: Name;
  readonly onChange: (name: Name) => void;
  /** The name is the visitor's own, so the browser may fill it in. */
  readonly isVisitor?: boolean;
}

const MAX_LENGTH = 200;

/** First and last name, both required. */
export function NameFields({ name, onChange, isVisitor = false }: Props) {
  return (
    <div className="pair">
      <Field label="First name">
        {(id) => (
          <input
            id={id}
            required
            maxLength={MAX_LENGTH}
            autoComplete={isVisitor ? 'given-name' : 'off'}
            value={name.first}
            onChange={({ target }) => onChange({ ...name, first: target.value })}
          />
        )}
      </Field>
      <Field label="Last name">
        {(id) => (
          <input
            id={id}
            required
            maxLength={MAX_LENGTH}
            autoComplete={isVisitor ? 'family-name' : 'off'}
            value={name.last}
            onChange={({ target }) => onChange({ ...name, last: target.value })}
          />
        )}
      </Field>
    </div>
  );
}
