/** A request as the bytes of its first line and headers say it. */
export interface SpelledRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
}

type Spelling = (request: SpelledRequest, key: string) => SpelledRequest;

const target =
  (change: (path: string, key: string) => string): Spelling =>
  (request, key) => ({
    ...request,
    target: change(request.target, key),
  });
const header =
  (write: (key: string, request: SpelledRequest) => string): Spelling =>
  (request, key) => ({
    ...request,
    headers: [...request.headers, write(key, request)],
  });
const method =
  (name: string): Spelling =>
  (request) => ({ ...request, method: name });
const encodeLetter = (path: string) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);

/** Other ways to write a request without credentials, by name, with a valid key where no key belongs. */
export const SPELLINGS: ReadonlyMap<string, Spelling> = new Map([
  ['plain', target((path) => path)],
  ['HEAD', method('HEAD')],
  ['TRACE', method('TRACE')],
  ['a method in lower case', (request) => ({ ...request, method: request.method.toLowerCase() })],
  ['an overridden method', header((_key, request) => `X-HTTP-Method-Override: ${request.method}`)],
  ['a rewritten path', header((_key, request) => `X-Original-URL: ${request.target}`)],
  ['a local address in front', header(() => 'X-Forwarded-For: 127.0.0.1')],
  ['the path in capitals', target((path) => path.toUpperCase())],
  ['a slash at the end', target((path) => `${path}/`)],
  ['two slashes in front', target((path) => `/${path}`)],
  ['two slashes inside', target((path) => path.replace(/(.)\//, '$1//'))],
  ['a dot segment', target((path) => `/.${path}`)],
  ['an encoded dot segment', target((path) => `/%2e${path}`)],
  ['a way back from a public path', target((path) => `/docs/..${path}`)],
  ['an encoded way back from a public path', target((path) => `/docs/%2e%2e${path}`)],
  ['a way back with an encoded slash', target((path) => `/assets/..%2f${path.slice(1)}`)],
  ['an encoded slash', target((path) => `/${path.slice(1).replace('/', '%2f')}`)],
  ['an encoded letter', target(encodeLetter)],
  ['a path parameter', target((path) => `${path};x=1`)],
  ['a path parameter inside', target((path) => path.replace(/(.)\//, '$1;x=1/'))],
  ['a backslash', target((path) => `/${path.slice(1).replace('/', '\\')}`)],
  ['a zero byte', target((path) => `${path}%00`)],
  ['the name of a public path', target((path) => `${path}?/healthz`)],
  ['a fragment', target((path) => `${path}#/healthz`)],
  ['an absolute target', target((path) => `http://127.0.0.1${path}`)],
  ['an absolute target of another host', target((path) => `https://example.com${path}`)],
  ['a key in the query', target((path, key) => `${path}?access_token=${key}&authorization=Bearer%20${key}`)],
  ['a user in the target', target((path, key) => `http://operator:${key}@127.0.0.1${path}`)],
  ['a key in another header', header((key) => `X-Api-Key: ${key}`)],
  ['a key for a proxy', header((key) => `Proxy-Authorization: Bearer ${key}`)],
  ['a key in cookies', header((key) => `Cookie: hf_session=${key}; authorization=Bearer ${key}`)],
  ['a key after a tab', header((key) => `Authorization: Bearer\t${key}`)],
  ['a key after a bad one', header((key) => `Authorization: Bearer x\r\nAuthorization: Bearer ${key}`)],
  ['a key in a folded line', header((key) => `Authorization: Bearer\r\n ${key}`)],
  ['a name with a space', header((key) => `Authorization : Bearer ${key}`)],
]);
