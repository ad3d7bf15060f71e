interface Props {
  readonly rows: number;
  /** Read by screen readers. Defaults to "Loading". */
  readonly label?: string;
}

/** Placeholder rows of about the height of the content, so that nothing moves when it arrives. */
export function Loading({ rows, label = 'Loading' }: Props) {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <span key={row} className="skeleton" aria-hidden="true" />
      ))}
    </div>
  );
}
