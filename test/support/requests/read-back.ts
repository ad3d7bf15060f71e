import type { WireAnswer } from '../server/contract.ts';
import type { PlannedRequest } from './bad-requests.ts';

/** Fields that are answered in another form than they were sent: parsed, or decided by the server. */
const ANSWERED_OTHERWISE = /time|at$|until|zone|status|timestamp|detail|title|type|instance/;

/**
 * The texts of a request that its answer repeats otherwise than they were sent. The answer of a change contains what the
 * database returned, so a text that was stored otherwise is found.
 */
export function readBackViolations(request: PlannedRequest, answer: WireAnswer): string[] {
  // The fixed paths ignore unknown fields, and offered time is answered with the names of its provider.
  const isWrite = ['POST', 'PUT', 'PATCH'].includes(request.method) && !request.target.endsWith('/availability');
  if (!isWrite || answer.status >= 300 || request.headers.some(([name]) => /idempotency-key/i.test(name))) return [];
  const sent = parse(request.body);
  const answered = textsOf(parse(answer.body));
  return [...textsOf(sent)]
    .filter(([name]) => !ANSWERED_OTHERWISE.test(name))
    .filter(([name, texts]) => {
      const found = answered.get(name);
      return found !== undefined && [...texts].some((text) => !found.has(text));
    })
    .map(([name]) => `another text in ${name} than the one that was sent`);
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

/** Deeper parts of a body are in no answer. */
const MAX_DEPTH = 10;

/** All texts of a document, by the name of their field. */
function textsOf(document: unknown, texts = new Map<string, Set<string>>(), depth = 0): Map<string, Set<string>> {
  if (typeof document !== 'object' || document === null || depth > MAX_DEPTH) return texts;
  for (const [name, value] of Object.entries(document)) {
    if (typeof value === 'string') texts.set(name, (texts.get(name) ?? new Set()).add(value));
    else textsOf(value, texts, depth + 1);
  }
  return texts;
}
