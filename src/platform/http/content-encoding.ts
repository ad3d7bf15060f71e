/** A coding of the content of an answer (RFC 9110, section 8.4), best first. */
export const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * Shortest text that is encoded, in UTF-16 units. Shorter answers fit into one or two packets as they are. Every answer
 * of the fast path is shorter, which never encodes: the longest is a vehicle's state with three names of full length.
 */
const MIN_LENGTH = 2_048;

/** Whether an answer is long enough to be encoded for those who accept it, so that it varies with `Accept-Encoding`. */
export function isEncodable(text: string): boolean {
  return text.length >= MIN_LENGTH;
}

/**
 * The coding that an `Accept-Encoding` header prefers (RFC 9110, section 12.5.3); `undefined` for the plain answer. Of
 * codings with the same weight the best is chosen. Without the header any coding would be allowed, but clients that do
 * not send it can often read none.
 */
export function preferredEncoding(acceptEncoding: string | undefined): Encoding | undefined {
  if (acceptEncoding === undefined) return undefined;
  const weights = readWeights(acceptEncoding);
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  // Only an explicit weight makes the plain answer better than an encoded one.
  const plainWeight = weights.get('identity') ?? 0;
  return ENCODINGS.filter((name) => weightOf(name) > 0 && weightOf(name) >= plainWeight).reduce<Encoding | undefined>(
    (best, name) => (best !== undefined && weightOf(best) >= weightOf(name) ? best : name),
    undefined,
  );
}

function readWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [, name, weight = '1'] = /^\s*([^\s;,]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i.exec(part) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase().replace(/^x-gzip$/, 'gzip'), Number(weight));
  }
  return weights;
}

/** The validator of an encoded answer. A strong validator stands for bytes, so each coding has its own: `"x"`, `"x.br"`. */
export function encodedEtag(etag: string, encoding: Encoding | undefined): string {
  return encoding === undefined ? etag : etag.replace(/"$/, `.${encoding}"`);
}

/** The validator of the plain answer, from that of any coding. Digests in base64url contain no dot. */
export function plainEtag(etag: string): string {
  return etag.replace(/\.(?:br|gzip)"$/, '"');
}
