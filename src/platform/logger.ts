import { type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-api-key"]',
  'headers.authorization',
];

/** Creates a logger that writes JSON lines to standard output, with credentials replaced by `[secret]`. */
export function createLogger(level: string): Logger {
  return pino({ level, redact: { paths: REDACTED, censor: '[secret]' }, base: null });
}
