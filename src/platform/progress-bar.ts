/** Where a person, or a log, reads what is printed. */
export interface Printer {
  /** Whether a line can be drawn over. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 30;
const REDRAW_MS = 100;
const LINE_EVERY_MS = 5_000;

/** @param part how much is done, from 0 to 1 */
export function barOf(part: number): string {
  return '█'.repeat(Math.floor(Math.min(part, 1) * WIDTH)).padEnd(WIDTH, '░');
}

/** Shows how far a long work is: a bar that is drawn over on a terminal, a line now and then anywhere else. */
export class ProgressBar {
  readonly #printer: Printer;
  #step = '';
  #shownAt = Number.NEGATIVE_INFINITY;
  #drawn = false;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  /** @param part how much of this step is done, from 0 to 1; its last call should say 1 */
  show(step: string, part: number, detail: string): void {
    const isDue = performance.now() - this.#shownAt >= (this.#printer.isTTY ? REDRAW_MS : LINE_EVERY_MS);
    if (!isDue && part < 1 && step === this.#step) return;
    this.#shownAt = performance.now();
    const percent = `${String(Math.floor(Math.min(part, 1) * 100)).padStart(3)} %`;
    if (!this.#printer.isTTY) {
      this.#printer.write(`${step}: ${percent.trimStart()}, ${detail}\n`);
    } else {
      if (this.#drawn && step !== this.#step) this.#printer.write('\n');
      this.#printer.write(`\r\x1b[K${step.padEnd(10)} ${barOf(part)} ${percent}  ${detail}`);
      this.#drawn = true;
    }
    this.#step = step;
  }

  /** What is printed next begins on a line of its own. */
  end(): void {
    if (this.#drawn) this.#printer.write('\n');
    this.#drawn = false;
  }
}
