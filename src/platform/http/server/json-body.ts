import type { FastifyRequest } from 'fastify';
import { type FieldError, Malformed } from '../../errors.ts';
import { decodeUtf8 } from '../../utf8.ts';
import { UnsupportedMediaType } from '../body-failures.ts';
import type { HttpServer } from '../http-server.ts';
import { ACCEPTED_ENCODINGS, type BodyDecoder, bodyDecoder } from './body-encoding.ts';

/**
 * Reads bodies as JSON in UTF-8, plain or compressed, and refuses what could not be stored and read back as it was sent.
 * An empty body counts as none, because many clients set a JSON content type for every PUT and POST.
 *
 * @param maxBytes maximum length of a body, before and after decoding
 */
export function readJsonBodies(app: HttpServer, maxBytes: number): void {
  app.addHook('preParsing', (request, reply, _payload, done) => {
    try {
      bodyDecoder(request.headers['content-encoding'], maxBytes);
      done();
    } catch (error) {
      reply.header('accept-encoding', ACCEPTED_ENCODINGS);
      done(error as UnsupportedMediaType);
    }
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined && needsNothing(request)) request.body = {};
    done();
  });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0) return done(null, undefined);
    refuseOtherCharset(request.headers['content-type']);
    const decoder = bodyDecoder(request.headers['content-encoding'], maxBytes);
    if (decoder) decodeAndRead(request, bytes, decoder).then((value) => done(null, value), done);
    else done(null, readJson(request, bytes));
  });
}

/** Whether the body is an object of which nothing is required, so that it can be left out. */
function needsNothing({ routeOptions }: FastifyRequest): boolean {
  const body = routeOptions.schema?.body as
    | { readonly type?: string; readonly required?: readonly string[]; readonly minProperties?: number }
    | undefined;
  return body?.type === 'object' && (body.required ?? []).length === 0 && body.minProperties === undefined;
}

async function decodeAndRead(request: FastifyRequest, bytes: Buffer, decoder: BodyDecoder): Promise<unknown> {
  return readJson(request, await decoder(bytes));
}

/** JSON is UTF-8 (RFC 8259, section 8.1). Only a client that says otherwise is known to send something else. */
function refuseOtherCharset(contentType = ''): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  throw new UnsupportedMediaType('Send the body in UTF-8; no other charset is supported.');
}

function readJson(request: FastifyRequest, bytes: Buffer): unknown {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new Malformed([{ path: '', message: 'is not UTF-8' }]);
  request.bodyText = text;
  if (text === '') return undefined;
  const value = parseJson(text);
  // Names and texts that are refused can only be written with these.
  const fault = /__proto__|constructor|\\u/.test(text) ? findFault(value) : undefined;
  if (fault) throw new Malformed([fault]);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed([{ path: '', message: 'is not JSON' }]);
  }
}

/** A value within a document. The links upwards give its path; a text of each path would be long in deep documents. */
interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Place | undefined;
}

/** The first name or text that must not be stored. It does not recurse, because a document may be nested deeply. */
function findFault(document: unknown): FieldError | undefined {
  const open: Place[] = [{ value: document, key: '', parent: undefined }];
  for (let place = open.pop(); place; place = open.pop()) {
    const { value } = place;
    const message = typeof value === 'string' ? textFault(value) : undefined;
    if (message) return { path: pointerTo(place), message };
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      const child = { value: inner, key, parent: place };
      const keyMessage = nameFault(key, inner) ?? textFault(key);
      if (keyMessage) return { path: pointerTo(child), message: keyMessage };
      open.push(child);
    }
  }
  return undefined;
}

/** Names that change the prototype of an object that they are copied to. */
function nameFault(key: string, value: unknown): string | undefined {
  const isForbidden =
    key === '__proto__' ||
    (key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'));
  return isForbidden ? 'is a field name that is never accepted' : undefined;
}

function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'contains U+0000, which is never accepted';
  return text.isWellFormed() ? undefined : 'contains half of a surrogate pair, which is not a character';
}

const MAX_POINTER_LENGTH = 200;

function pointerTo(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at?.parent; at = at.parent) keys.unshift(at.key);
  const pointer = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return pointer.slice(0, MAX_POINTER_LENGTH).toWellFormed();
}
