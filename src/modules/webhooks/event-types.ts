/** The types of events that webhooks receive. */
export const EVENT_TYPES = [
  ...typesOf('reservation', 'held confirmed cancelled expired rescheduled extended changed conflict'),
  ...typesOf('group', 'held confirmed cancelled expired'),
  ...typesOf('waiting', 'offered expired'),
  ...typesOf('booking', 'accepted refused cancelled'),
  ...typesOf('availability', 'offered withdrawn'),
  ...typesOf('order', 'created changed cancelled'),
  ...typesOf('vehicle', 'state_logged'),
  ...typesOf('supplier', 'paused resumed failing recovered'),
  ...typesOf('webhook', 'test'),
] as const;

/** Prefixes that stand for all types of a kind: `reservation.*`. */
export const EVENT_PREFIXES = [...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`))];

function typesOf(kind: string, names: string): string[] {
  return names.split(' ').map((name) => `${kind}.${name}`);
}

/** Whether an event of a type is among those that a filter of types and prefixes selects. */
function isSelected(type: string, filter: readonly string[]): boolean {
  return filter.some((each) => each === type || (each.endsWith('.*') && type.startsWith(each.slice(0, -1))));
}

/** The filter to store: `null`, all types and those to come, for one that selects every type. */
export function toStoredEvents(filter: readonly string[] | null): readonly string[] | null {
  if (filter === null || EVENT_TYPES.every((type) => isSelected(type, filter))) return null;
  return [...new Set(filter)];
}
