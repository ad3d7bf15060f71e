import type { SourceFollower } from './source-follower.ts';
import type { SourceIndex } from './source-index.ts';

/** How the orders of a shop are followed, for operators. */
export interface ShopStatus {
  readonly method: string | null;
  readonly behindSeconds: number | null;
  readonly orders: number;
  /** From 0 to 1; 1 while the index is complete. */
  readonly indexed: number;
  readonly indexBytes: number;
  readonly trouble: string | undefined;
}

export function describeShop(follower: SourceFollower, index: SourceIndex): ShopStatus {
  const { progress } = index;
  const indexing =
    progress && `the index is ${Math.floor(progress.share * 100)} % complete, ${progress.secondsLeft} s left`;
  return {
    method: follower.method ?? null,
    behindSeconds: follower.behindMs === undefined ? null : follower.behindMs / 1_000,
    orders: index.total,
    indexed: progress?.share ?? 1,
    indexBytes: index.bytes,
    trouble: follower.trouble ?? indexing,
  };
}
