import { type Ask, type Known, read } from './cached.ts';

interface Page {
  readonly next_cursor: string | null;
}

/** All pages of a listing, the first and oldest first. */
export async function readPages<P extends Page>(
  ask: (cursor: string | undefined) => Ask<P>,
  freshForMs: number,
  signal: AbortSignal,
): Promise<[Known<P>, ...Known<P>[]]> {
  const readPage = (cursor?: string) => read(ask(cursor), undefined, freshForMs, signal);
  const first = await readPage();
  const pages: [Known<P>, ...Known<P>[]] = [first];
  for (let { next_cursor } = first.body; next_cursor !== null; ) {
    const page = await readPage(next_cursor);
    pages.push(page);
    ({ next_cursor } = page.body);
  }
  return pages;
}
