import type { WireAnswer } from '../server/contract.ts';
import { findRoute, type JsonSchema, type Route } from './api-surface.ts';
import type { PlannedRequest } from './bad-requests.ts';

/** Fields that are answered in another form than they were sent: parsed, or decided by the server. */
const ANSWERED_OTHERWISE = /time|at$|until|zone|status|timestamp|detail|title|type|instance/;

/** Texts by the name of their field. */
type Texts = Map<string, Set<string>>;

/**
 * The texts of a request that its answer repeats otherwise than they were sent. The answer of a change contains what the
 * database returned, so a text that was stored otherwise is found. Only fields that the operation declares count: the
 * fixed paths ignore others, even those with the name of a field of the answer.
 */
export function readBackViolations(request: PlannedRequest, answer: WireAnswer, routes: readonly Route[]): string[] {
  // Offered time is answered with the names of its provider.
  const isWrite = ['POST', 'PUT', 'PATCH'].includes(request.method) && !request.target.endsWith('/availability');
  if (!isWrite || answer.status >= 300 || request.headers.some(([name]) => /idempotency-key/i.test(name))) return [];
  const declared = findRoute(routes, request.method, request.target)?.body;
  if (declared === undefined) return [];
  const sent = declaredTexts(parse(request.body), declared);
  const answered = textsOf(parse(answer.body));
  return [...sent]
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

/** The texts of a document in fields that a schema declares. */
function declaredTexts(document: unknown, schema: JsonSchema, texts: Texts = new Map()): Texts {
  for (const alternative of schema.anyOf ?? []) declaredTexts(document, alternative, texts);
  if (Array.isArray(document)) {
    for (const item of document) declaredTexts(item, schema.items ?? {}, texts);
  } else if (isObject(document)) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const value = Object.hasOwn(document, name) ? document[name] : undefined;
      if (typeof value === 'string') addText(texts, name, value);
      else declaredTexts(value, property, texts);
    }
  }
  return texts;
}

/** Deeper parts of a body are in no answer. */
const MAX_DEPTH = 10;

/** All texts of a document. */
function textsOf(document: unknown, texts: Texts = new Map(), depth = 0): Texts {
  if (!isObject(document) || depth > MAX_DEPTH) return texts;
  for (const [name, value] of Object.entries(document)) {
    if (typeof value === 'string') addText(texts, name, value);
    else textsOf(value, texts, depth + 1);
  }
  return texts;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function addText(texts: Texts, name: string, text: string): void {
  texts.set(name, (texts.get(name) ?? new Set()).add(text));
}
