import type { Target } from '../bookings/booking-load.ts';

/** A server that is sometimes away, and may come back at another port. */
export class MovingTarget implements Target {
  #away = Promise.withResolvers<number>();

  moveTo(port: number): void {
    this.#away.resolve(port);
  }

  /** From now on whoever asks waits until it is back. */
  lost(): void {
    this.#away = Promise.withResolvers<number>();
  }

  port(): Promise<number> {
    return this.#away.promise;
  }
}
