import { plainEtag } from './content-encoding.ts';

/**
 * Whether an `If-None-Match` header matches `etag` (RFC 9110, section 13.1.2). `*` matches every tag, and the comparison
 * is weak, so that a proxy may have turned a strong tag into a weak one. A tag of another coding of the answer matches too.
 */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return opaqueTags(header).includes(opaqueTags(etag)[0] ?? '');
}

/** The tags in their quotes, without `W/` and the coding. They are not found by splitting at commas, which a tag may contain. */
function opaqueTags(text: string): readonly string[] {
  return (text.match(/"[^"]*"/g) ?? []).map(plainEtag);
}
