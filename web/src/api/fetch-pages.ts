import { type Cached, fetchCached, type GetRequest } from './cached.ts';

interface Page {
  readonly next_cursor: string | null;
}

/** Fetches all pages of a list, one after another. The first page has the earliest `observedAtMs`. */
export async function fetchPages<P extends Page>(
  requestPage: (cursor: string | undefined) => GetRequest<P>,
  freshForMs: number,
  signal: AbortSignal,
): Promise<[Cached<P>, ...Cached<P>[]]> {
  const fetchPage = (cursor?: string) => fetchCached(requestPage(cursor), undefined, freshForMs, signal);
  const first = await fetchPage();
  const pages: [Cached<P>, ...Cached<P>[]] = [first];
  for (let { next_cursor } = first.body; next_cursor !== null; ) {
    const page = await fetchPage(next_cursor);
    pages.push(page);
    ({ next_cursor } = page.body);
  }
  return pages;
}
