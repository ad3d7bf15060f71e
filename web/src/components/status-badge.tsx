const TONES: Readonly<Record<string, string>> = {
  held: 'wait',
  pending: 'wait',
  paused: 'wait',
  open: 'wait',
  confirmed: 'good',
  running: 'good',
  shipped: 'good',
  conflict: 'bad',
};

export function Badge({ status }: { readonly status: string }) {
  return (
    <span className="badge" data-tone={TONES[status] ?? 'quiet'}>
      {status}
    </span>
  );
}
