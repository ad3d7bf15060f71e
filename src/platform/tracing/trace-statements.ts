import type { LogEvent } from 'kysely';
import type { Tracing } from './tracing.ts';

/** Characters of a statement that a span has. */
const LONGEST = 1_000;

/**
 * Records each statement that runs in a span. Statements of the background that belong to none are left out: most look
 * for work and find none. Values are parameters, so the text of a statement holds none.
 */
export function traceStatements(tracing: Tracing): (event: LogEvent) => void {
  return ({ level, query, queryDurationMillis, ...event }) => {
    if (!tracing.current()) return;
    const error = level === 'error' && 'error' in event ? event.error : undefined;
    const text = query.sql.replaceAll(/\s+/g, ' ').trim();
    const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text.slice(0, LONGEST) };
    tracing.record(summarize(text), { kind: 'client', attributes }, queryDurationMillis, error);
  };
}

/** `select hold_slots`, `begin`: the operation, and the table or function that it is about. */
function summarize(text: string): string {
  const [, operation = 'statement'] = /^(\w+)/.exec(text) ?? [];
  const [, target] = /\b(?:from|into|update|join)\s+"?(\w+)/i.exec(text) ?? [];
  return target === undefined ? operation : `${operation} ${target}`;
}
