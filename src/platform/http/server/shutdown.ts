/** Whether this instance is stopping. It is the same for all parts of the server. */
export class Shutdown {
  #isStopping = false;
  #isReplaced = false;
  readonly #listeners: (() => void)[] = [];

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether another process listens at the same port, so that whatever checks it has nothing to notice. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /**
   * Begins to stop: every answer closes its connection, and `/readyz` answers 503 unless this instance is replaced.
   * Requests are still served.
   */
  begin(isReplaced = false): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#isReplaced = isReplaced;
    for (const listener of this.#listeners) listener();
  }

  onBegin(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
