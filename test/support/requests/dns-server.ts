import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const HEADER_BYTES = 12;
const TYPES = { 1: 'A', 28: 'AAAA' } as const;
type RecordType = (typeof TYPES)[keyof typeof TYPES];

/** IPv4 addresses for `A`; none means that the name has no address of the type. `undefined` means no answer at all. */
type Answer = (name: string, type: RecordType, count: number) => readonly string[] | undefined;

/** A DNS server on loopback. `count` is the number of earlier questions with the same name and type. */
export interface DnsServer extends AsyncDisposable {
  /** As `dns.setServers` takes it. */
  readonly address: string;
  /** The questions so far, as `A rebind.test`. */
  readonly questions: readonly string[];
}

export async function serveDns(answer: Answer): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  socket.on('message', (message, { port, address }) => {
    const { name, type, end } = readQuestion(message);
    const question = `${type} ${name}`;
    const addresses = answer(name, type, questions.filter((each) => each === question).length);
    questions.push(question);
    if (addresses) socket.send(writeAnswer(message.subarray(0, end), addresses), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function readQuestion(message: Buffer): { name: string; type: RecordType; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = message.readUInt16BE(at + 1);
  return { name: labels.join('.').toLowerCase(), type: type === 28 ? TYPES[28] : TYPES[1], end: at + 5 };
}

/** The question again with its answers, which no one may keep: their time to live is 0. */
function writeAnswer(question: Buffer, addresses: readonly string[]): Buffer {
  const header = Buffer.from(question.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.fill(0, 8);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, question.subarray(HEADER_BYTES), ...records]);
}
