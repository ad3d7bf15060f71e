const STATUSES = {
  cancelled: { label: 'Cancelled', tone: 'quiet' },
  confirmed: { label: 'Confirmed', tone: 'good' },
  conflict: { label: 'Declined', tone: 'bad' },
  expired: { label: 'Expired', tone: 'quiet' },
  held: { label: 'On hold', tone: 'wait' },
  open: { label: 'Open', tone: 'wait' },
  paused: { label: 'Paused', tone: 'wait' },
  pending: { label: 'Pending', tone: 'wait' },
  running: { label: 'Running', tone: 'good' },
  shipped: { label: 'Shipped', tone: 'good' },
} as const;

/** The status of a reservation, a booking, an order or a supplier. */
export function StatusBadge({ status }: { readonly status: keyof typeof STATUSES }) {
  const { label, tone } = STATUSES[status];
  return (
    <span className="badge" data-tone={tone}>
      {label}
    </span>
  );
}
