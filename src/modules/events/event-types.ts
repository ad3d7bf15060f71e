/** The changes that webhooks and the event stream name. */
export const EVENT_TYPES: readonly string[] = [
  ...typesOf('reservation', 'held confirmed cancelled expired rescheduled extended changed conflict'),
  ...typesOf('group', 'held confirmed cancelled expired'),
  ...typesOf('waiting', 'offered expired'),
  ...typesOf('booking', 'accepted refused cancelled'),
  ...typesOf('availability', 'offered withdrawn'),
  ...typesOf('order', 'created changed cancelled'),
  ...typesOf('vehicle', 'state_logged'),
  ...typesOf('supplier', 'paused resumed failing recovered'),
  ...typesOf('webhook', 'test'),
];

function typesOf(kind: string, names: string): string[] {
  return names.split(' ').map((name) => `${kind}.${name}`);
}

/** The types of one kind: `reservation.held` and its siblings for `reservation`. */
export function typesOfKind(kind: string): string[] {
  return EVENT_TYPES.filter((type) => type.startsWith(`${kind}.`));
}
