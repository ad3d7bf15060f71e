/** A span as it was received. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** The ids of the spans that it links to. */
  readonly links: readonly string[];
  readonly isFailed: boolean;
  /** The attributes of the program that sent it. */
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

type Field = number | bigint | Buffer;

/** The fields of a message of protobuf, by number. */
function readMessage(bytes: Buffer): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const take = (length: number): Buffer => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(1).readUInt8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const readField = (type: number): Field => {
    if (type === 0) return readVarint();
    if (type === 1) return take(8).readBigUInt64LE();
    if (type === 5) return take(4).readUInt32LE();
    return take(Number(readVarint()));
  };
  while (at < bytes.length) {
    const tag = Number(readVarint());
    const number = tag >> 3;
    fields.set(number, [...(fields.get(number) ?? []), readField(tag & 7)]);
  }
  return fields;
}

const messages = (fields: Map<number, Field[]>, number: number) =>
  (fields.get(number) ?? []).map((field) => readMessage(field as Buffer));
const bytesOf = (fields: Map<number, Field[]>, number: number) =>
  (fields.get(number)?.[0] ?? Buffer.alloc(0)) as Buffer;
const textOf = (fields: Map<number, Field[]>, number: number) => bytesOf(fields, number).toString('utf8');
const hexOf = (fields: Map<number, Field[]>, number: number) => bytesOf(fields, number).toString('hex');

function readAttributes(fields: Map<number, Field[]>, number: number): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    messages(fields, number).map((pair) => {
      const [value = new Map<number, Field[]>()] = messages(pair, 2);
      if (value.has(1)) return [textOf(pair, 1), textOf(value, 1)];
      if (value.has(2)) return [textOf(pair, 1), value.get(2)?.[0] === 1n];
      return [textOf(pair, 1), Number(value.get(3)?.[0] ?? Number.NaN)];
    }),
  );
}

/** Reads the spans of an `ExportTraceServiceRequest` (opentelemetry/proto/collector/trace/v1). */
export function readSpans(request: Buffer): ReceivedSpan[] {
  return messages(readMessage(request), 1).flatMap((resourceSpans) => {
    const [resource = new Map<number, Field[]>()] = messages(resourceSpans, 1);
    const attributes = readAttributes(resource, 1);
    return messages(resourceSpans, 2).flatMap((scope) => messages(scope, 2).map((span) => toSpan(span, attributes)));
  });
}

function toSpan(span: Map<number, Field[]>, resource: ReceivedSpan['resource']): ReceivedSpan {
  const [status] = messages(span, 15);
  const timeOf = (number: number) => Number(span.get(number)?.[0] ?? 0) / 1e6;
  return {
    traceId: hexOf(span, 1),
    spanId: hexOf(span, 2),
    parentId: hexOf(span, 4),
    name: textOf(span, 5),
    kind: Number(span.get(6)?.[0] ?? 0),
    durationMs: timeOf(8) - timeOf(7),
    attributes: readAttributes(span, 9),
    links: messages(span, 13).map((link) => hexOf(link, 2)),
    isFailed: Number(status?.get(3)?.[0] ?? 0) === 2,
    resource,
  };
}
