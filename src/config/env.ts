import { parseDurationMs } from '../platform/time/duration.ts';
import { ConfigError } from './config-error.ts';

/** Variables by name. Each function here reads one of them. @throws ConfigError */
export type Env = Readonly<Record<string, string | undefined>>;

/** Reads a text. Node replaces bytes that are not UTF-8 by U+FFFD, which would name another file or server. */
export function readText(env: Env, name: string): string | undefined {
  const text = env[name] || undefined;
  if (text?.includes('\ufffd')) throw new ConfigError(`${name} is not UTF-8. Set it again in UTF-8.`);
  return text;
}

export function readInteger(env: Env, name: string, fallback: number, min: number, max: number): number {
  const text = env[name] || String(fallback);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new ConfigError(`${name}=${text} is not a whole number from ${min} to ${max}`);
  }
  return value;
}

export function readDuration(env: Env, name: string, fallback: string, min: string, max: string): number {
  const text = env[name] || fallback;
  const ms = parseDurationMs(text);
  if (ms === undefined || ms < (parseDurationMs(min) ?? 0) || ms > (parseDurationMs(max) ?? Infinity)) {
    throw new ConfigError(`${name}=${text} is not a duration from ${min} to ${max}, such as ${fallback}`);
  }
  return ms;
}

export function readChoice<const T extends string>(env: Env, name: string, choices: readonly T[], fallback: T): T {
  const text = env[name] || fallback;
  const choice = choices.find((each) => each === text);
  if (choice === undefined) throw new ConfigError(`${name}=${text} is not one of ${choices.join(', ')}`);
  return choice;
}
