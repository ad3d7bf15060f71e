import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../../config/config.ts';
import { type Finding, fail, ok, reasonOf, warn } from './check.ts';

const CONNECT_WITHIN_MS = 3_000;
const DAY_MS = 86_400_000;
/** Certificates are usually renewed a month before they end. */
const WARN_DAYS = 14;

interface Upstream {
  readonly name: string;
  readonly url: URL;
  /** The setting that has the address. */
  readonly setting: string;
}

/** Checks the addresses of suppliers and of the keys of token issuers. It connects and sends no request, so no pull is spent. */
export function checkUpstreams({ suppliers, jwtIssuers }: Config): Promise<Finding[]> {
  const issuers = jwtIssuers.flatMap(({ issuer, jwks }): Upstream[] =>
    typeof jwks === 'string' ? [{ name: `issuer ${issuer}`, url: new URL(jwks), setting: 'jwks_url' }] : [],
  );
  const bases = suppliers.map(({ id, baseUrl }) => ({
    name: `supplier ${id}`,
    url: new URL(baseUrl),
    setting: 'base_url',
  }));
  return Promise.all([...bases, ...issuers].map(checkUpstream));
}

async function checkUpstream({ name, url, setting }: Upstream): Promise<Finding> {
  try {
    const certificate = await connect(url);
    if (certificate === undefined) return ok(name, `${url.host} accepts connections`);
    return judge(name, url.host, certificate);
  } catch (error) {
    return fail(name, `${url.host} cannot be reached: ${reasonOf(error)}. Correct ${setting}, or ask its operator.`);
  }
}

interface Certificate {
  readonly endsAt: number;
  /** Why it is not trusted; `undefined` if it is. */
  readonly refusal: string | undefined;
}

/** Opens a connection and closes it. @returns the certificate of https */
function connect({ protocol, hostname, port }: URL): Promise<Certificate | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Certificate | undefined>();
  const host = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:';
  const at = { host, port: Number(port || (isTls ? 443 : 80)) };
  // A certificate that is not trusted is described, and nothing is sent through the connection.
  const socket = isTls
    ? connectTls({ ...at, servername: /[a-z]/i.test(host) ? host : '', rejectUnauthorized: false }, () => {
        const { valid_to } = tls.getPeerCertificate();
        const { authorizationError } = tls;
        resolve({ endsAt: Date.parse(valid_to), refusal: authorizationError ? String(authorizationError) : undefined });
      })
    : connectTcp(at, () => resolve(undefined));
  const tls = socket as ReturnType<typeof connectTls>;
  socket.setTimeout(CONNECT_WITHIN_MS, () => reject(new Error(`no connection within ${CONNECT_WITHIN_MS / 1_000} s`)));
  socket.on('error', reject);
  return promise.finally(() => socket.destroy());
}

function judge(name: string, host: string, { endsAt, refusal }: Certificate): Finding {
  const days = Math.floor((endsAt - Date.now()) / DAY_MS);
  const date = new Date(endsAt).toISOString().slice(0, 10);
  if (days < 0) return fail(name, `the certificate of ${host} ended on ${date}. Ask its operator to renew it.`);
  if (refusal !== undefined) {
    const advice = 'Ask its operator, or name the authority that signed it in NODE_EXTRA_CA_CERTS.';
    return fail(name, `the certificate of ${host} is not trusted: ${refusal}. ${advice}`);
  }
  if (days < WARN_DAYS) {
    return warn(name, `the certificate of ${host} ends in ${days} days, on ${date}. Ask its operator to renew it.`);
  }
  return ok(name, `${host} accepts connections; its certificate is valid until ${date}`);
}
