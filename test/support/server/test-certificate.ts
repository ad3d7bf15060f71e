import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes a self-signed certificate for names, such as `DNS:localhost,IP:127.0.0.1`, with openssl. */
export function makeCertificate(names: string): Certificate {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'holdfast-certificate-'));
  const [key, cert] = [join(directory.path, 'key.pem'), join(directory.path, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert];
  const subject = ['-subj', '/CN=Holdfast test', '-addext', `subjectAltName=${names}`];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...subject], { stdio: 'pipe' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

/** Makes a certificate that ended in 2020. */
export function makeEndedCertificate(): Certificate {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'holdfast-certificate-'));
  const at = (name: string) => join(directory.path, name);
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  // Only "ca" sets the dates, and it keeps a list of what it has signed.
  writeFileSync(at('index.txt'), '');
  writeFileSync(
    at('ca.cnf'),
    `[ca]\ndefault_ca = own\n[own]\ndatabase = ${at('index.txt')}\nrand_serial = yes\nnew_certs_dir = ${directory.path}\n` +
      'default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n',
  );
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('key.pem')];
  run('req', '-new', ...curve, '-out', at('request.pem'), '-subj', '/CN=Holdfast test');
  const dates = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
  const signing = ['-selfsign', '-keyfile', at('key.pem'), '-in', at('request.pem'), '-out', at('cert.pem')];
  run('ca', '-config', at('ca.cnf'), '-batch', '-notext', ...dates, ...signing);
  return { key: readFileSync(at('key.pem'), 'utf8'), cert: readFileSync(at('cert.pem'), 'utf8') };
}
