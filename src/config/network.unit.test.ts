import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { readNetwork } from './network.ts';

describe('readNetwork', () => {
  it('nothing is on while access control is off', () => {
    expect(readNetwork({}, false)).toEqual({
      trustProxy: undefined,
      corsOrigins: undefined,
      rateLimit: undefined,
      rateLimitAnonymous: undefined,
      webhookAllow: [],
      isAccessLogOn: false,
    });
  });

  it('requests are limited by default while access control is on', () => {
    const { rateLimit, rateLimitAnonymous } = readNetwork({}, true);
    expect(rateLimit).toEqual({ requests: 600, windowMs: 60_000 });
    expect(rateLimitAnonymous).toEqual({ requests: 60, windowMs: 60_000 });
  });

  it('every setting is read', () => {
    const env = {
      TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,2001:db8::/32,::1',
      CORS_ORIGINS: 'https://shop.example,http://localhost:5173',
      RATE_LIMIT: '5/1s',
      RATE_LIMIT_ANONYMOUS: 'off',
      WEBHOOK_ALLOW: '127.0.0.0/8, ::1',
      ACCESS_LOG: 'on',
    };
    expect(readNetwork(env, true)).toEqual({
      trustProxy: ['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1'],
      corsOrigins: ['https://shop.example', 'http://localhost:5173'],
      rateLimit: { requests: 5, windowMs: 1_000 },
      rateLimitAnonymous: undefined,
      webhookAllow: ['127.0.0.0/8', '::1'],
      isAccessLogOn: true,
    });
    expect(readNetwork({ CORS_ORIGINS: '*' }, true).corsOrigins).toBe('*');
  });

  it.each([
    [{ TRUST_PROXY: 'loopback' }, 'TRUST_PROXY has "loopback", which is not an IP address or a CIDR range'],
    [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY has "10.0.0.0/33"'],
    [{ TRUST_PROXY: '0.0.0.0/0' }, 'TRUST_PROXY has "0.0.0.0/0"'],
    [{ TRUST_PROXY: '10.0.0.1,' }, 'TRUST_PROXY has ""'],
    [{ TRUST_PROXY: 'fe80::1%eth0' }, 'TRUST_PROXY has "fe80::1%eth0"'],
    [{ WEBHOOK_ALLOW: 'localhost' }, 'WEBHOOK_ALLOW has "localhost", which is not an IP address or a CIDR range'],
    [{ WEBHOOK_ALLOW: '::/0' }, 'WEBHOOK_ALLOW has "::/0"'],
    [{ CORS_ORIGINS: 'shop.example' }, 'CORS_ORIGINS has "shop.example", which is not an origin such as'],
    [{ CORS_ORIGINS: 'https://shop.example/' }, 'CORS_ORIGINS has "https://shop.example/"'],
    [{ CORS_ORIGINS: 'https://*.example' }, 'CORS_ORIGINS has "https://*.example"'],
    [{ CORS_ORIGINS: 'null' }, 'CORS_ORIGINS has "null"'],
    [{ CORS_ORIGINS: 'https://SHOP.example' }, 'CORS_ORIGINS has "https://SHOP.example"'],
    [{ CORS_ORIGINS: '*,https://shop.example' }, 'CORS_ORIGINS has * beside other origins'],
    [{ RATE_LIMIT: '600' }, 'RATE_LIMIT=600 is neither off nor a limit such as 600/1m'],
    [{ RATE_LIMIT: '0/1m' }, 'RATE_LIMIT=0/1m is neither'],
    [{ RATE_LIMIT: '5/1500ms' }, 'RATE_LIMIT=5/1500ms is neither'],
    [{ RATE_LIMIT_ANONYMOUS: '60/2d' }, 'RATE_LIMIT_ANONYMOUS=60/2d is neither'],
    [{ ACCESS_LOG: 'yes' }, 'ACCESS_LOG=yes is not one of off, on'],
  ])('readNetwork refuses %o in one line that names the variable', (env, message) => {
    expect(() => readNetwork(env, true)).toThrow(ConfigError);
    expect(() => readNetwork(env, true)).toThrow(message);
    expect(() => readNetwork(env, true)).toThrow(/^.*$/);
  });
});
