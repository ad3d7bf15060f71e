const STATUSES = {
  active: { label: 'Active', tone: 'good' },
  cancelled: { label: 'Cancelled', tone: 'quiet' },
  confirmed: { label: 'Confirmed', tone: 'good' },
  conflict: { label: 'Declined', tone: 'bad' },
  delivered: { label: 'Delivered', tone: 'good' },
  disabled: { label: 'Disabled', tone: 'quiet' },
  expired: { label: 'Expired', tone: 'quiet' },
  failed: { label: 'Failed', tone: 'bad' },
  failing: { label: 'Failing', tone: 'bad' },
  held: { label: 'On hold', tone: 'wait' },
  open: { label: 'Open', tone: 'wait' },
  paused: { label: 'Paused', tone: 'wait' },
  pending: { label: 'Pending', tone: 'wait' },
  running: { label: 'Running', tone: 'good' },
  shipped: { label: 'Shipped', tone: 'good' },
} as const;

/** The status of a reservation, a booking, an order, a supplier, a webhook or a delivery. */
export function StatusBadge({ status }: { readonly status: keyof typeof STATUSES }) {
  const { label, tone } = STATUSES[status];
  return (
    <span className="badge" data-tone={tone}>
      {label}
    </span>
  );
}
