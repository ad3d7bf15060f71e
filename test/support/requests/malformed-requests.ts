import type { Random } from '../../../src/platform/seeded-random.ts';
import { problemViolations } from '../server/contract.ts';
import { NoAnswer, type RawOptions, readAnswers, sendRaw } from '../server/http-connection.ts';

/** Bytes that no HTTP client would send, with the statuses of the expected answers, in order. */
export interface MalformedRequest {
  readonly name: string;
  /** Each character is a byte. */
  readonly bytes: string;
  /** The acceptable lists of statuses. An empty list means that the connection is closed without an answer. */
  readonly answers: readonly (readonly number[])[];
}

const HOST = 'Host: 127.0.0.1\r\n';
const CLOSE = 'Connection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const PERSON = '{"first_name":"Eve","last_name":"Oz"}';
/** A request inside another, which must never be served. */
const HIDDEN = `GET /smuggled HTTP/1.1\r\n${HOST}${CLOSE}\r\n`;

const get = (headers: string, target = '/healthz') => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;
const post = (headers: string, body: string) =>
  `POST /client/create HTTP/1.1\r\n${HOST}${JSON_TYPE}${headers}\r\n${body}`;
const sized = (body: string) => `Content-Length: ${body.length}\r\n`;
const chunk = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n`;

const one = (status: number) => [[status]];
const refused = (name: string, bytes: string): MalformedRequest => ({ name, bytes, answers: [[400]] });
const answered = (name: string, bytes: string, answers: MalformedRequest['answers']): MalformedRequest => ({
  name,
  bytes,
  answers,
});

const BAD_LENGTHS = ['+5', '-1', '5 5', '5,5', '0x5', '', '5;', '18446744073709551616'];
const BAD_CODINGS = ['identity', 'xchunked', 'chunked, identity', 'chunked\x0b', '"chunked"', 'gzip', ''];
const BAD_CHUNKS = ['zz\r\n', '-5\r\n', '5\n', '0x5\r\n', 'fffffffffffffffff\r\n', '5 \r\n', ';\r\n', '5\r\nab\r\n'];
const BAD_REQUEST_LINES = [
  'GET\t/healthz HTTP/1.1',
  'GET /healthz HTTP/1.10',
  'GET /healthz HTTP/9.9',
  'GET /healthz http/1.1',
  'GET /health z HTTP/1.1',
  'GET /healthz HTTP/1.1 x',
  'get /healthz HTTP/1.1',
  'FOO /healthz HTTP/1.1',
  ' GET /healthz HTTP/1.1',
  'GET healthz HTTP/1.1',
  'HTTP/1.1 200 OK',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\0\0\0\0',
];
const BAD_HEADERS = ['X : a', ': a', 'X\0: a', 'X: a\0b', 'X: a\rb', 'X: a\nY: b\r\n c', 'X: a\r\n b', '\x80: a', 'X'];

export const MALFORMED_REQUESTS: readonly MalformedRequest[] = [
  refused('both lengths', post(`${sized(PERSON)}Transfer-Encoding: chunked\r\n`, `0\r\n\r\n${HIDDEN}`)),
  refused(
    'both lengths, the other way round',
    post(`Transfer-Encoding: chunked\r\n${sized('0')}`, `0\r\n\r\n${HIDDEN}`),
  ),
  refused('two lengths', post(`${sized(PERSON)}Content-Length: 0\r\n`, `${PERSON}${HIDDEN}`)),
  refused('one length twice', post(`${sized(PERSON)}${sized(PERSON)}`, PERSON)),
  refused('a coding behind a space', post(`Transfer-Encoding : chunked\r\n${sized(PERSON)}`, PERSON)),
  ...BAD_LENGTHS.map((length) =>
    refused(`length ${JSON.stringify(length)}`, post(`Content-Length: ${length}\r\n`, `${PERSON}${HIDDEN}`)),
  ),
  ...BAD_CODINGS.map((coding) =>
    refused(`coding ${JSON.stringify(coding)}`, post(`Transfer-Encoding: ${coding}\r\n`, `0\r\n\r\n${HIDDEN}`)),
  ),
  ...BAD_CHUNKS.map((size) =>
    refused(`chunk ${JSON.stringify(size)}`, post('Transfer-Encoding: chunked\r\n', `${size}${PERSON}\r\n0\r\n\r\n`)),
  ),
  ...BAD_REQUEST_LINES.map((line) => refused(`request line ${JSON.stringify(line)}`, `${line}\r\n${HOST}\r\n`)),
  ...BAD_HEADERS.map((header) => refused(`header ${JSON.stringify(header)}`, get(`${HOST}${header}\r\n`))),
  refused('a query with a byte beyond ASCII', get(`${HOST}${CLOSE}`, '/api/v1/orders?customer=M\xfcller')),
  refused('bare line feeds', get(HOST).replaceAll('\r\n', '\n')),
  refused('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('no host', get(CLOSE)),
  answered('a request inside a body', get(`${HOST}${CLOSE}${sized(HIDDEN)}`) + HIDDEN, one(200)),
  answered(
    'a request inside a chunk',
    post(`${CLOSE}Transfer-Encoding: chunked\r\n`, `${chunk(HIDDEN)}0\r\n\r\n`),
    one(400),
  ),
  answered('a length too short', post(sized('12345'), `${PERSON}\r\n\r\n`), [[400], [400, 400]]),
  // The first request is complete and takes effect, so no answer may say that it was refused.
  answered('a good request before broken bytes', post(sized(PERSON), `${PERSON}\0\0\r\n\r\n`), one(201)),
  answered('a good request before a broken one', post(sized(PERSON), `${PERSON}${get('X : a\r\n')}`), one(201)),
  answered('two requests at once', get(HOST) + get(`${HOST}${CLOSE}`), [[200, 200]]),
  answered('empty lines first', `\r\n\r\n${get(`${HOST}${CLOSE}`)}`, one(200)),
  answered('an unknown expectation', post(`Expect: miracles\r\n${sized(PERSON)}`, PERSON), one(417)),
  answered('chunks', post(`${CLOSE}Transfer-Encoding: chunked\r\n`, `${chunk(PERSON)}0\r\n\r\n`), one(201)),
  answered('trailers', post(`${CLOSE}Transfer-Encoding: chunked\r\n`, `${chunk(PERSON)}0\r\nX: a\r\n\r\n`), one(201)),
  answered('too long a body', post('Content-Length: 99999999\r\n', PERSON), one(413)),
  answered('too long a chunk', post('Transfer-Encoding: chunked\r\n', chunk('x'.repeat(300_000))), one(413)),
  answered('huge headers', get(`${HOST}X: ${'a'.repeat(20_000)}\r\n`), one(431)),
  answered('many headers', get(`${HOST}${'X: a\r\n'.repeat(5_000)}`), one(431)),
  answered('a long address', get(HOST, `/${'a'.repeat(20_000)}`), one(431)),
  answered('CONNECT', `CONNECT 127.0.0.1:5432 HTTP/1.1\r\n${HOST}\r\n`, [[]]),
  answered('an upgrade', get(`${HOST}Connection: upgrade, close\r\nUpgrade: websocket\r\n`), one(200)),
  answered('HTTP/1.0 without a host', 'GET /healthz HTTP/1.0\r\n\r\n', one(200)),
  answered('another server’s address', get(`${HOST}${CLOSE}`, 'http://192.0.2.1/healthz'), one(200)),
];

/** The violations in the answers to a malformed request. */
export async function malformedRequestViolations(
  port: number,
  request: MalformedRequest,
  withinMs: number,
): Promise<string[]> {
  return bytesViolations(port, Buffer.from(request.bytes, 'latin1'), { withinMs }, (statuses) =>
    request.answers.some((answers) => answers.join() === statuses.join()),
  );
}

/** A valid request with a few bytes replaced, inserted or removed. Any answer is right, as long as there is one. */
export function mutatedBytes(random: Random): Buffer {
  const chunked = post('Transfer-Encoding: chunked\r\n', `${chunk(PERSON)}0\r\n\r\n`);
  const valid = random.pick([get(HOST), get(HOST) + get(HOST), post(sized(PERSON), PERSON), chunked]);
  const bytes = [...Buffer.from(valid, 'latin1')];
  for (let count = random.integer(1, 4); count > 0; count -= 1) {
    const at = random.integer(0, bytes.length - 1);
    const byte = random.pick([0, 9, 10, 13, 32, 44, 58, 127, 255, random.integer(0, 255)]);
    if (random.chance(0.2)) bytes.length = at + 1;
    else bytes.splice(at, random.integer(0, 1), ...(random.chance(0.8) ? [byte] : []));
  }
  return Buffer.from(bytes);
}

/** The violations in the answers to some bytes. @param expected whether the statuses of the answers are acceptable */
export async function bytesViolations(
  port: number,
  bytes: Buffer,
  options: RawOptions,
  expected: (statuses: readonly number[]) => boolean = () => true,
): Promise<string[]> {
  try {
    const { answers, rest } = readAnswers(await sendRaw(port, [bytes], options));
    const statuses = answers.map((answer) => answer.status);
    const violations = answers.filter((answer) => answer.status >= 400).flatMap((answer) => problemViolations(answer));
    if (!expected(statuses)) violations.push(`answers ${statuses.join(', ') || 'none'}`);
    if (statuses.some((status) => status >= 500)) violations.push(`status ${statuses}`);
    if (rest.length > 0)
      violations.push(`bytes that are no answer: ${JSON.stringify(rest.toString('latin1').slice(0, 80))}`);
    if (answers.some(({ body }) => body.includes('smuggled'))) violations.push('a smuggled request was served');
    return violations;
  } catch (error) {
    if (error instanceof NoAnswer) return [error.message];
    throw error;
  }
}
