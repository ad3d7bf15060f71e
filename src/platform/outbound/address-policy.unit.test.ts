import { describe, expect, it } from 'vitest';
import { AddressPolicy } from './address-policy.ts';
import { checkUrl, hostOf } from './check-url.ts';
import { NameResolver } from './name-resolver.ts';

const FORBIDDEN_IPV4 = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.1'],
  ...['168.63.129.16', '169.254.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.0.192'],
  ...['192.0.2.1', '192.31.196.1', '192.52.193.1', '192.88.99.1', '192.168.0.1', '192.168.255.255', '192.175.48.1'],
  ...['198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
  ...['255.255.255.255', '100.100.100.200'],
];
const FORBIDDEN_IPV6 = [
  ...['::', '::1', '::127.0.0.1', '::8.8.8.8', '64:ff9b::8.8.8.8', '64:ff9b::10.0.0.1', '64:ff9b:1::1', '100::1'],
  ...['100:0:0:1::1', '2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:2::1', '2001:10::1', '2001:20::1'],
  ...['2001:db8::1', '2002:7f00:1::', '2002:808:808::1', '2620:4f:8000::1', '3fff::1', '5f00::1', 'fc00::1', 'fd00::1'],
  ...['fd00:ec2::254', 'fe80::1', 'febf::1', 'fec0::1', 'feff::1', 'ff02::1', 'ff0e::1', '4000::1', '1::1'],
  ...['::ffff:0:127.0.0.1', '0:0:0:0:0:fffe:7f00:1'],
];
/** Next to a forbidden range, or public by any measure. */
const PUBLIC = [
  ...['1.0.0.0', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...['128.0.0.0', '168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
  ...['191.255.255.255', '192.0.1.0', '192.0.3.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
  ...['198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255'],
  ...['2000::1', '2001:200::1', '2001:4860:4860::8888', '2003::1', '2606:4700::1111', '2a00:1450::1', '3ffe::1'],
];

const policy = new AddressPolicy([]);

/** The notations of an IPv4 address that a URL may contain. */
function notationsOf(address: string): string[] {
  const bytes = address.split('.').map(Number);
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const hex = (value: number) => `0x${value.toString(16)}`;
  const octal = (value: number) => `0${value.toString(8)}`;
  const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  return [
    address,
    `${address}.`,
    String(number),
    hex(number),
    octal(number),
    bytes.map(hex).join('.'),
    bytes.map(octal).join('.'),
    `${hex(a)}.${(b * 256 + c) * 256 + d}`,
    `${a}.${octal(b)}.${hex(c * 256 + d)}`,
    address.replaceAll('.', '。'),
    address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    address.replaceAll(/\d/g, (digit) => `%3${digit}`),
    `[::ffff:${address}]`,
    `[::ffff:${groups}]`,
    `[0:0:0:0:0:FFFF:${groups}]`,
    `[::${address}]`,
    `[64:ff9b::${address}]`,
    `[2002:${groups}::1]`,
  ];
}

async function problemOf(url: string, permitted: readonly string[] = []): Promise<string> {
  const resolver = new NameResolver({ servers: ['127.0.0.1:9'] });
  const check = await checkUrl(url, new AddressPolicy(permitted), resolver, AbortSignal.timeout(2_000));
  return check.ok ? 'accepted' : check.problem;
}

describe('AddressPolicy', () => {
  it.each([...FORBIDDEN_IPV4, ...FORBIDDEN_IPV6])('a connection to %s is not permitted', (address) => {
    expect(policy.permits(address, false)).toBe(false);
    expect(policy.permits(`::ffff:${address}`, false)).toBe(false);
  });

  it.each(PUBLIC)('a connection to %s is permitted over https, not over plain http', (address) => {
    expect(policy.permits(address, false)).toBe(true);
    expect(policy.permits(address, true)).toBe(false);
    if (!address.includes(':')) expect(policy.permits(`::ffff:${address}`, false)).toBe(true);
  });

  it.each(['', 'localhost', '127.1', '8.8.8.8:80', '[2606:4700::1111]', '2606:4700::1111%eth0', '010.8.8.8'])(
    'the text %j, which is no address, is not permitted',
    (text) => {
      expect(new AddressPolicy(['127.0.0.0/8', '2000::/3']).permits(text, false)).toBe(false);
    },
  );

  it('a permitted range is permitted over plain http too, and nothing beside it', () => {
    const wider = new AddressPolicy(['127.0.0.0/8', '10.1.0.5', 'fd00::/8']);
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '10.1.0.5', 'fd12::1']) {
      expect([address, wider.permits(address, true), wider.permits(address, false)]).toEqual([address, true, true]);
    }
    for (const address of ['10.1.0.6', '::1', '::127.0.0.1', 'fe80::1', '169.254.169.254', '64:ff9b::7f00:1']) {
      expect([address, wider.permits(address, true), wider.permits(address, false)]).toEqual([address, false, false]);
    }
  });
});

describe('checkUrl', () => {
  const table = FORBIDDEN_IPV4.flatMap((address) => notationsOf(address).map((host) => `https://${host}/hook`));
  const ipv6 = FORBIDDEN_IPV6.map((address) => `https://[${address}]:8443/hook`);

  it('every forbidden address is refused in every notation', async () => {
    const accepted: string[] = [];
    for (const url of [...table, ...ipv6]) {
      if ((await problemOf(url)) !== 'address-not-allowed') accepted.push(`${url}: ${await problemOf(url)}`);
    }
    expect(table.length + ipv6.length).toBeGreaterThan(500);
    expect(accepted).toEqual([]);
  });

  it('control: a check of the text alone accepts most notations of forbidden addresses', () => {
    const naive = new Set(FORBIDDEN_IPV4.map((address) => `https://${address}/hook`));
    expect(table.filter((url) => !naive.has(url)).length).toBeGreaterThan(table.length * 0.9);
    expect(table.every((url) => URL.canParse(url) && hostOf(new URL(url)) !== '')).toBe(true);
  });

  it.each([
    ['https://8.8.8.8/hook?a=b', 'accepted'],
    ['HTTPS://8.8.8.8:8443', 'accepted'],
    ['https://[2606:4700::1111]/', 'accepted'],
    ['https://no-such-name.invalid/hook', 'accepted'],
    ['http://8.8.8.8/hook', 'scheme'],
    ['http://no-such-name.invalid/hook', 'scheme'],
    ['http://127.0.0.1/hook', 'scheme'],
    ['ftp://8.8.8.8/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['', 'malformed'],
    ['/hook', 'malformed'],
    ['https://', 'malformed'],
    ['https:8.8.8.8', 'malformed'],
    ['https:///8.8.8.8', 'malformed'],
    ['https:\\\\8.8.8.8', 'malformed'],
    [' https://8.8.8.8', 'malformed'],
    ['https://8.8.8.8/a b', 'malformed'],
    ['https://8.8\t.8.8/', 'malformed'],
    ['https://8.8.8.8/\u200b', 'malformed'],
    ['https://8.8.8.8:99999/', 'malformed'],
    ['https://300.1.1.1/', 'malformed'],
    ['https://me:pw@8.8.8.8/', 'credentials'],
    ['https://me@8.8.8.8/', 'credentials'],
    ['https://@8.8.8.8/', 'credentials'],
    ['https://8.8.8.8@127.0.0.1/', 'credentials'],
    ['https://8.8.8.8/hook#part', 'fragment'],
    ['https://8.8.8.8/#', 'fragment'],
    ['https://8.8.8.8:25/hook', 'port'],
    ['https://8.8.8.8:6667/hook', 'port'],
    [`https://8.8.8.8/${'a'.repeat(1_984)}`, 'accepted'],
    [`https://8.8.8.8/${'a'.repeat(1_985)}`, 'too-long'],
    ['https://localhost/', 'address-not-allowed'],
    ['https://LOCALHOST./', 'address-not-allowed'],
  ])('without permitted ranges, %j is %s', async (url, expected) => {
    expect(await problemOf(url)).toBe(expected);
  });

  it.each([
    ['http://127.0.0.1:3000/hook', 'accepted'],
    ['http://0x7f.1/hook', 'accepted'],
    ['http://localhost:3000/hook', 'accepted'],
    ['https://localhost/hook', 'accepted'],
    ['http://8.8.8.8/hook', 'scheme'],
    ['http://10.0.0.1/hook', 'address-not-allowed'],
    ['http://[::1]/hook', 'address-not-allowed'],
    ['http://[64:ff9b::7f00:1]/hook', 'address-not-allowed'],
    ['http://me:pw@127.0.0.1/hook', 'credentials'],
    ['http://127.0.0.1:25/hook', 'accepted'],
    ['https://127.0.0.1:25/hook', 'accepted'],
    ['https://shop.invalid:25/hook', 'port'],
    ['ws://127.0.0.1/hook', 'scheme'],
  ])('with 127.0.0.0/8 permitted, %j is %s', async (url, expected) => {
    expect(await problemOf(url, ['127.0.0.0/8'])).toBe(expected);
  });
});
