import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync } from 'node:fs';
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
