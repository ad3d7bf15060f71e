/**
 * `DisposableStack` and `AsyncDisposableStack` of ECMAScript 2027, for Node 22. Only what this program uses: without
 * `SuppressedError`, which Node 22 lacks too, later errors of a disposal are in an `AggregateError`.
 */

type Cleanup<Result> = () => Result;

/** Cleanups in the order of their registration. */
class Cleanups<Result> {
  disposed = false;
  #list: Cleanup<Result>[] = [];

  add(cleanup: Cleanup<Result>): void {
    if (this.disposed) throw new ReferenceError('The stack is already disposed');
    this.#list.push(cleanup);
  }

  /** Disposes of the stack. Returns its cleanups, the latest first. */
  take(): Cleanup<Result>[] {
    this.disposed = true;
    return this.#list.splice(0).reverse();
  }

  moveTo(other: Cleanups<Result>): void {
    if (this.disposed) throw new ReferenceError('The stack is already disposed');
    for (const cleanup of this.take().reverse()) other.add(cleanup);
  }
}

function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, 'Several cleanups failed');
}

export class DisposalStack implements DisposableStack {
  readonly #cleanups = new Cleanups<void>();
  readonly [Symbol.toStringTag] = 'DisposableStack';

  get disposed(): boolean {
    return this.#cleanups.disposed;
  }

  use<T extends Disposable | null | undefined>(value: T): T {
    if (value) this.#cleanups.add(() => value[Symbol.dispose]());
    return value;
  }

  adopt<T>(value: T, onDispose: (value: T) => void): T {
    this.#cleanups.add(() => onDispose(value));
    return value;
  }

  defer(onDispose: () => void): void {
    this.#cleanups.add(onDispose);
  }

  move(): DisposalStack {
    const moved = new DisposalStack();
    this.#cleanups.moveTo(moved.#cleanups);
    return moved;
  }

  dispose(): void {
    const errors: unknown[] = [];
    for (const cleanup of this.#cleanups.take()) {
      try {
        cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    throwAll(errors);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

export class AsyncDisposalStack implements AsyncDisposableStack {
  readonly #cleanups = new Cleanups<PromiseLike<void> | void>();
  readonly [Symbol.toStringTag] = 'AsyncDisposableStack';

  get disposed(): boolean {
    return this.#cleanups.disposed;
  }

  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    if (value) this.#cleanups.add(() => disposeOf(value));
    return value;
  }

  adopt<T>(value: T, onDispose: (value: T) => PromiseLike<void> | void): T {
    this.#cleanups.add(() => onDispose(value));
    return value;
  }

  defer(onDispose: () => PromiseLike<void> | void): void {
    this.#cleanups.add(onDispose);
  }

  move(): AsyncDisposalStack {
    const moved = new AsyncDisposalStack();
    this.#cleanups.moveTo(moved.#cleanups);
    return moved;
  }

  async disposeAsync(): Promise<void> {
    const errors: unknown[] = [];
    for (const cleanup of this.#cleanups.take()) {
      try {
        await cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    throwAll(errors);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disposeAsync();
  }
}

function disposeOf(value: AsyncDisposable | Disposable): PromiseLike<void> | void {
  return Symbol.asyncDispose in value ? value[Symbol.asyncDispose]() : value[Symbol.dispose]();
}
