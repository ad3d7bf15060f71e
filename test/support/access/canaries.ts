import { randomBytes } from 'node:crypto';

/** Characters of a secret that show that it leaked: an error may quote only a piece of what it could not parse. */
const PIECE = 12;
/** The same for spellings that need about two or four characters for one. */
const LONG_PIECE = 24;

/** Secrets that appear nowhere by chance, and the check that finds them, or a piece of them, in a text. */
export class Canaries {
  readonly #short = new Map<string, string>();
  readonly #long = new Map<string, string>();

  /** Makes a secret of 43 letters, digits, `-` and `_`. */
  create(name: string): string {
    return this.add(name, randomBytes(32).toString('base64url'));
  }

  /** Adds a secret that something else made. */
  add(name: string, secret: string): string {
    const bytes = Buffer.from(secret);
    for (const text of [secret, ...base64sOf(bytes)]) addPieces(this.#short, name, text, PIECE);
    for (const text of [bytes.toString('hex'), bytes.join(',')]) addPieces(this.#long, name, text, LONG_PIECE);
    return secret;
  }

  /** The names of the secrets of which a text has a piece: as it is, in base64, in hexadecimal, or as a list of bytes. */
  findIn(text: string): string[] {
    const found = new Set<string>();
    for (const [pieces, length] of [
      [this.#short, PIECE],
      [this.#long, LONG_PIECE],
    ] as const) {
      for (let at = 0; at + length <= text.length; at += 1) {
        const name = pieces.get(text.slice(at, at + length));
        if (name !== undefined) found.add(name);
      }
    }
    return [...found].sort();
  }
}

function addPieces(pieces: Map<string, string>, name: string, text: string, length: number): void {
  if (text.length < length) throw new Error(`the secret ${name} is too short to be recognized`);
  for (let at = 0; at + length <= text.length; at += 1) pieces.set(text.slice(at, at + length), name);
}

/** The base64 of bytes within other bytes, which depends on how many of those come before them. */
function base64sOf(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The first and last digits mix in bits of the neighbours.
    return text.slice(before === 0 ? 0 : before + 1, -4);
  });
}
