import { Icon } from '../components/icon.tsx';
import { formatCount } from '../format.ts';
import { EVENT_GROUPS, type EventGroup } from './event-groups.ts';

interface Props {
  /** Chosen types; `undefined` for all. */
  readonly types: ReadonlySet<string> | undefined;
  readonly onChange: (types: ReadonlySet<string> | undefined) => void;
}

/** Chooses all events, or some of them by their groups. */
export function EventPicker({ types, onChange }: Props) {
  return (
    <fieldset className="events">
      <legend>Events</legend>
      <label className="check">
        <input type="radio" name="events" checked={types === undefined} onChange={() => onChange(undefined)} />
        <span>
          All events <span className="hint">also those of later versions</span>
        </span>
      </label>
      <label className="check">
        <input type="radio" name="events" checked={types !== undefined} onChange={() => onChange(types ?? new Set())} />
        <span>Only the ones I choose</span>
      </label>
      {types !== undefined && (
        <ul className="event-groups">
          {EVENT_GROUPS.map((group) => (
            <GroupChoice key={group.prefix} group={group} types={types} onChange={onChange} />
          ))}
        </ul>
      )}
    </fieldset>
  );
}

interface GroupProps {
  readonly group: EventGroup;
  readonly types: ReadonlySet<string>;
  readonly onChange: (types: ReadonlySet<string>) => void;
}

function GroupChoice({ group, types, onChange }: GroupProps) {
  const chosen = group.types.filter(({ type }) => types.has(type)).length;
  const isWhole = chosen === group.types.length;
  const choose = (changed: readonly { readonly type: string }[], isChosen: boolean) => {
    const next = new Set(types);
    for (const { type } of changed) {
      if (isChosen) next.add(type);
      else next.delete(type);
    }
    onChange(next);
  };
  return (
    <li>
      <label className="check">
        <input
          type="checkbox"
          checked={isWhole}
          ref={(box) => {
            if (box !== null) box.indeterminate = chosen > 0 && !isWhole;
          }}
          onChange={({ target }) => choose(group.types, target.checked)}
        />
        <span>{group.name}</span>
      </label>
      {group.types.length > 1 && (
        <details>
          <summary>
            {formatCount(chosen)} of {formatCount(group.types.length)}
            <span className="visually-hidden"> events of {group.name}</span>
            <Icon name="right" />
          </summary>
          <ul className="event-types">
            {group.types.map(({ type, name }) => (
              <li key={type}>
                <label className="check">
                  <input
                    type="checkbox"
                    checked={types.has(type)}
                    onChange={({ target }) => choose([{ type }], target.checked)}
                  />
                  <span>{name}</span>
                </label>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
