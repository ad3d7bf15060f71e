/**
 * Whether an `If-None-Match` says that the caller has what `etag` stands for, by RFC 9110, section 13.1.2: `*` has
 * whatever there is, and tags are compared weakly, so a proxy that made a strong one weak is believed.
 */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return opaqueTags(header).includes(opaqueTags(etag)[0] ?? '');
}

/** In their quotes, without `W/`. Not split at commas, which a tag may hold. */
function opaqueTags(text: string): readonly string[] {
  return text.match(/"[^"]*"/g) ?? [];
}
