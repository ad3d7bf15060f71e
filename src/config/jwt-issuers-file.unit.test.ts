import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { readJwtIssuersFile } from './jwt-issuers-file.ts';

const LOGIN = { issuer: 'https://login.example', audience: 'holdfast', jwks_url: 'https://login.example/jwks' };
const read = (...issuers: unknown[]) => readJwtIssuersFile(JSON.stringify(issuers));

describe('readJwtIssuersFile', () => {
  it('readJwtIssuersFile has defaults for optional keys', () => {
    expect(read(LOGIN)).toEqual([
      {
        issuer: LOGIN.issuer,
        audience: LOGIN.audience,
        jwks: LOGIN.jwks_url,
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        roleClaim: 'holdfast_role',
        subjectClaim: 'holdfast_subject',
      },
    ]);
  });

  it('readJwtIssuersFile reads every key, and the keys of a file', async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-issuers-'));
    const jwks_file = join(directory.path, 'jwks.json');
    const { jwks_url: _, ...login } = LOGIN;
    const written = { ...login, jwks_file, algorithms: ['PS512'], role_claim: 'role', subject_claim: 'https://x/id' };
    const keys = [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }];
    await writeFile(jwks_file, JSON.stringify({ keys }));
    expect(read(written)).toEqual([
      { ...login, jwks: { keys }, algorithms: ['PS512'], roleClaim: 'role', subjectClaim: 'https://x/id' },
    ]);

    await writeFile(jwks_file, JSON.stringify({ keys: [{ kty: 'oct', k: 'hunter2' }] }));
    const refusal = `jwks_file=${jwks_file}: must contain public keys only`;
    expect(() => read(written)).toThrow(refusal);
    const JWT_ISSUERS_FILE = join(directory.path, 'issuers.json');
    await writeFile(JWT_ISSUERS_FILE, JSON.stringify([written]));
    expect(() => readConfig({ JWT_ISSUERS_FILE })).toThrow(ConfigError);
    expect(() => readConfig({ JWT_ISSUERS_FILE })).toThrow(`JWT_ISSUERS_FILE=${JWT_ISSUERS_FILE}: issuer https://`);
    expect(() => readConfig({ JWT_ISSUERS_FILE })).toThrow(/^.*$/);
    await writeFile(jwks_file, '{"keys": []}');
    expect(() => read(written)).toThrow('must be a JSON Web Key Set');
  });

  it.each<readonly [readonly unknown[], string]>([
    [[], 'must be a JSON list of issuers, not empty'],
    [[null], 'issuer 1: must be a JSON object'],
    [[{}], 'issuer 1, issuer: must be the iss of its tokens, not nothing'],
    [[LOGIN, { ...LOGIN, issuer: 'a\nb' }], 'issuer 2, issuer: must be the iss of its tokens, not "a\\nb"'],
    [[LOGIN, LOGIN], 'issuer https://login.example, issuer: is listed twice'],
    [[{ ...LOGIN, colour: 'red' }], '"colour": is not a known key; use issuer, audience'],
    [[{ ...LOGIN, audience: undefined }], 'audience: must be a text of 1 to 500 characters, not nothing'],
    [[{ ...LOGIN, role_claim: '' }], 'role_claim: must be a text'],
    [[{ ...LOGIN, subject_claim: 1 }], 'subject_claim: must be a text'],
    [[{ ...LOGIN, jwks_url: undefined }], 'jwks_url: or jwks_file must be there, not both'],
    [[{ ...LOGIN, jwks_file: 'x' }], 'jwks_url: or jwks_file must be there, not both'],
    ...['http://login.example/jwks', 'ftp://a', 'a', 'https://me:hunter2@a/', 'https://a/#b', 7].map(
      (jwks_url) => [[{ ...LOGIN, jwks_url }], 'jwks_url: must be an https URL'] as const,
    ),
    ...['HS256', 'HS512', 'none', 'ES256K', 1, null].map(
      (name) => [[{ ...LOGIN, algorithms: ['RS256', name] }], `which excludes ${JSON.stringify(name)}`] as const,
    ),
    [[{ ...LOGIN, algorithms: [] }], 'algorithms: must be a list, not empty'],
  ])('readJwtIssuersFile refuses %j in one line', (issuers, message) => {
    expect(() => read(...issuers)).toThrow(ConfigError);
    expect(() => read(...issuers)).toThrow(message);
    expect(() => read(...issuers)).toThrow(/^.*$/);
    expect(() => read(...issuers)).not.toThrow(/hunter2/);
  });

  it('readJwtIssuersFile allows plain http at loopback addresses', () => {
    for (const jwks_url of ['http://127.0.0.1:8080/jwks', 'http://localhost/jwks', 'http://[::1]:9/jwks']) {
      expect(read({ ...LOGIN, jwks_url })).toMatchObject([{ jwks: jwks_url }]);
    }
  });
});
