/** A stream of text for a person or a log. */
export interface Printer {
  /** Whether it is a terminal, where a line can be overwritten. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 30;
const REDRAW_MS = 100;
const LINE_EVERY_MS = 5_000;

/** A bar of 30 characters. @param share the filled share, from 0 to 1 */
export function toBar(share: number): string {
  return '█'.repeat(Math.floor(Math.min(share, 1) * WIDTH)).padEnd(WIDTH, '░');
}

/** Shows the progress of long work: a bar that is redrawn on a terminal, occasional lines elsewhere. */
export class ProgressBar {
  readonly #printer: Printer;
  #step = '';
  #shownAt = Number.NEGATIVE_INFINITY;
  #isLineOpen = false;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  /** @param share the share of this step that is done, from 0 to 1; the last call of a step should pass 1 */
  show(step: string, share: number, detail: string): void {
    const isDue = performance.now() - this.#shownAt >= (this.#printer.isTTY ? REDRAW_MS : LINE_EVERY_MS);
    if (!isDue && share < 1 && step === this.#step) return;
    this.#shownAt = performance.now();
    const percent = `${String(Math.floor(Math.min(share, 1) * 100)).padStart(3)} %`;
    if (!this.#printer.isTTY) {
      this.#printer.write(`${step}: ${percent.trimStart()}, ${detail}\n`);
    } else {
      if (this.#isLineOpen && step !== this.#step) this.#printer.write('\n');
      this.#printer.write(`\r\x1b[K${step.padEnd(10)} ${toBar(share)} ${percent}  ${detail}`);
      this.#isLineOpen = true;
    }
    this.#step = step;
  }

  /** Ends the line of the bar, so that the next text begins on a line of its own. */
  end(): void {
    if (this.#isLineOpen) this.#printer.write('\n');
    this.#isLineOpen = false;
  }
}
