/** A time as a request writes it. Without an offset it is in the time zone of the provider that the request names. */
export interface WrittenTime {
  readonly text: string;
  /** Where the time is in the request, for error messages. */
  readonly path: string;
}
