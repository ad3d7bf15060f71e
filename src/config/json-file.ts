import { readFileSync } from 'node:fs';
import { decodeUtf8 } from '../platform/utf8.ts';
import { ConfigError } from './config-error.ts';

/**
 * Reads a file that a variable names.
 *
 * @param read parses the text; its errors need not name the file
 * @throws ConfigError that names the variable and the file
 */
export function readNamedFile<Content>(variable: string, file: string, read: (text: string) => Content): Content {
  try {
    const text = decodeUtf8(readFileSync(file));
    if (text === undefined) throw new ConfigError('is not UTF-8');
    return read(text);
  } catch (error) {
    const reason =
      error instanceof ConfigError ? error.message : `cannot be read: ${(error as NodeJS.ErrnoException).code}`;
    throw new ConfigError(`${variable}=${file}: ${reason}`);
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Only the position: the parser's message quotes the text there, over several lines.
    const [, position = ''] = /( at position \d+ \(line \d+ column \d+\))/.exec(String(error)) ?? [];
    throw new ConfigError(`is not valid JSON${position}`);
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as JSON for a message: on one line and at most 80 characters long. */
export function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? 'nothing').replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
