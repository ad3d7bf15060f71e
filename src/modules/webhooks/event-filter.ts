import { EVENT_TYPES } from '../events/index.ts';

/** Prefixes that stand for all types of a kind: `reservation.*`. */
export const EVENT_PREFIXES = [...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`))];

/** Whether an event of a type is among those that a filter of types and prefixes selects. */
function isSelected(type: string, filter: readonly string[]): boolean {
  return filter.some((each) => each === type || (each.endsWith('.*') && type.startsWith(each.slice(0, -1))));
}

/** The filter to store: `null`, all types and those to come, for one that selects every type. */
export function toStoredEvents(filter: readonly string[] | null): readonly string[] | null {
  if (filter === null || EVENT_TYPES.every((type) => isSelected(type, filter))) return null;
  return [...new Set(filter)];
}
