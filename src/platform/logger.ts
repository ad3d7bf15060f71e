import { type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-api-key"]',
  'headers.authorization',
];

/** Structured lines on standard output; credentials never reach them. */
export function createLogger(level: string): Logger {
  return pino({ level, redact: { paths: REDACTED, censor: '[secret]' }, base: null });
}
