import { type Known, read } from '../api/request.ts';

interface Page {
  readonly next_cursor: string | null;
}

/** All pages of a listing, the first and oldest first. */
export async function readPages<P extends Page>(
  path: string,
  query: Readonly<Record<string, string>>,
  freshForMs: number,
  signal: AbortSignal,
): Promise<[Known<P>, ...Known<P>[]]> {
  const readPage = (cursor: string | null) => {
    const params = new URLSearchParams({ ...query, limit: '1000', ...(cursor !== null && { cursor }) });
    return read<P>(`${path}?${params}`, undefined, freshForMs, signal);
  };
  const first = await readPage(null);
  const pages: [Known<P>, ...Known<P>[]] = [first];
  for (let { next_cursor } = first.body; next_cursor !== null; ) {
    const page = await readPage(next_cursor);
    pages.push(page);
    ({ next_cursor } = page.body);
  }
  return pages;
}
