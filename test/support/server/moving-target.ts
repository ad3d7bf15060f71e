import type { Target } from '../bookings/booking-load.ts';

/** The port of a server that is sometimes away, and may come back at another port. */
export class MovingTarget implements Target {
  #away = Promise.withResolvers<number>();

  moveTo(port: number): void {
    this.#away.resolve(port);
  }

  /** Marks the server as away: `port` waits until it is back. */
  lost(): void {
    this.#away = Promise.withResolvers<number>();
  }

  port(): Promise<number> {
    return this.#away.promise;
  }
}
