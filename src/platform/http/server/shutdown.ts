/** Whether this instance is stopping. It is the same for all parts of the server. */
export class Shutdown {
  #isStopping = false;
  readonly #listeners: (() => void)[] = [];

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Begins to stop: `/readyz` answers 503 and every answer closes its connection. Requests are still served. */
  begin(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const listener of this.#listeners) listener();
  }

  onBegin(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
