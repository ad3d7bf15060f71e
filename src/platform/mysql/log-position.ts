import { GtidSet, MariadbGtidPosition } from '@vlasky/zongji';

/**
 * The transactions of a binary log that have been processed, as global transaction ids: `0-1-42` on MariaDB,
 * `uuid:1-42` on MySQL. It stays valid when another server of the same replication takes over.
 */
export class LogPosition {
  readonly #position: GtidSet | MariadbGtidPosition;

  private constructor(position: GtidSet | MariadbGtidPosition) {
    this.#position = position;
  }

  static parse(text: string, isMariaDb: boolean): LogPosition {
    return new LogPosition(isMariaDb ? MariadbGtidPosition.parse(text) : GtidSet.parse(text));
  }

  add(gtid: string): void {
    const position = this.#position;
    if (position instanceof GtidSet) {
      position.add(gtid);
      return;
    }
    const [domainId = '', serverId = '', seqNo = ''] = gtid.split('-');
    position.add({ domainId: Number(domainId), serverId: Number(serverId), seqNo });
  }

  /** Whether it has every transaction up to another position of the same server. */
  includes(text: string): boolean {
    const position = this.#position;
    if (position instanceof GtidSet) return lastOfIntervals(text).every((gtid) => position.contains(gtid));
    return splitList(text).every((gtid) => position.covers(gtid));
  }

  toString(): string {
    return this.#position.toString();
  }
}

/** The last transaction of every interval of a MySQL set such as `uuid:1-5:7:tag:1-3`. */
function lastOfIntervals(text: string): string[] {
  return splitList(text).flatMap((block) => {
    const [uuid = '', ...items] = block.split(':');
    let tag = '';
    return items.flatMap((item) => {
      if (/^\d+(-\d+)?$/.test(item)) return [`${uuid}:${tag}${item.split('-').at(-1)}`];
      tag = `${item}:`;
      return [];
    });
  });
}

function splitList(text: string): string[] {
  return text.split(',').flatMap((item) => item.trim() || []);
}
