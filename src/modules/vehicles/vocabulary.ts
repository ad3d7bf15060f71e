import { hash } from 'node:crypto';

/** A text as answers need it. */
export interface Word {
  readonly text: string;
  /** As JSON writes it. */
  readonly json: string;
  /** How many bytes `json` takes in UTF-8. */
  readonly bytes: number;
  /** Tells it from other texts, in a validator. */
  readonly tag: string;
}

/**
 * Words, each kept once: vehicles are of few makes and in few states, and what all of them share stays in the
 * processor's cache. When the vocabulary has grown past its bound it starts anew; words that are in use stay with
 * those who use them.
 */
export class Vocabulary {
  readonly #maxWords: number;
  readonly #words = new Map<string, Word>();
  readonly #lists = new Map<string, readonly Word[]>();

  constructor(maxWords: number) {
    this.#maxWords = maxWords;
  }

  word(text: string): Word {
    const known = this.#words.get(text);
    if (known) return known;
    const json = JSON.stringify(text);
    const tag = hash('sha256', json, 'base64url').slice(0, 8);
    const word = { text, json, bytes: Buffer.byteLength(json), tag };
    if (this.#words.size >= this.#maxWords) this.#words.clear();
    this.#words.set(text, word);
    return word;
  }

  /** The same array for the same texts. */
  list(texts: readonly string[]): readonly Word[] {
    const key = JSON.stringify(texts);
    const known = this.#lists.get(key);
    if (known) return known;
    const list = texts.map((text) => this.word(text));
    if (this.#lists.size >= this.#maxWords) this.#lists.clear();
    this.#lists.set(key, list);
    return list;
  }
}
