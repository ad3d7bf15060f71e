/** Messages from a worker to its supervisor. */
export type FromWorker =
  /** It listens. */
  | { readonly kind: 'started'; readonly greeting: string }
  /** It was asked for `/metrics`, which answers for all workers. */
  | { readonly kind: 'join'; readonly id: number }
  /** Its own metrics, as text: asked for, or the last ones before it ends. */
  | { readonly kind: 'metrics'; readonly text: string };

/** Messages from the supervisor to a worker. */
export type ToWorker =
  /** With `isReplaced` another worker listens at the same port already. */
  | { readonly kind: 'stop'; readonly isReplaced: boolean }
  | { readonly kind: 'collect' }
  | { readonly kind: 'joined'; readonly id: number; readonly text: string };
