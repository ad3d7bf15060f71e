/** The reason why a request got no answer. It reveals nothing about this side's network. */
export type OutboundReason =
  | 'address-not-allowed'
  | 'name-not-found'
  | 'refused'
  | 'time-out'
  | 'tls'
  | 'reset'
  | 'bad-answer';

/** A failure whose reason is known where it occurs. It never leaves this folder. */
export class OutboundFailure extends Error {
  readonly reason: OutboundReason;
  constructor(reason: OutboundReason) {
    super(reason);
    this.reason = reason;
  }
}

const REASONS: Readonly<Record<string, OutboundReason>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ETIMEDOUT: 'time-out',
};

/** The reason of any error of a request. */
export function reasonOf(error: unknown): OutboundReason {
  if (error instanceof OutboundFailure) return error.reason;
  const code = String((error as NodeJS.ErrnoException | undefined)?.code);
  return REASONS[code] ?? (code.startsWith('HPE_') ? 'bad-answer' : 'reset');
}
