import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { compressFile } from './compress-file.ts';

/** Brotli at its highest quality takes half a minute for this file, and saves a few per cent. */
const SCRIPT_QUALITY = 9;

/**
 * Writes the API reference, the page at `/docs`, into a directory: Scalar's script and the page that starts it. The
 * script is taken from the plugin at build time, so that the server needs neither the plugin nor its memory.
 *
 * @returns the size of all files with Brotli, in bytes
 */
export async function buildApiReference(source: string, directory: string): Promise<number> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'scalar.js'), await readScript());
  for (const name of ['index.html', 'start.js']) await copyFile(join(source, name), join(directory, name));
  const sizes = await Promise.all(
    ['index.html', 'start.js', 'scalar.js'].map((name) =>
      compressFile(join(directory, name), name === 'scalar.js' ? SCRIPT_QUALITY : undefined),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readScript(): Promise<string> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  await using app = fastify();
  await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
  const { statusCode, body } = await app.inject('/docs/js/scalar.js');
  if (statusCode !== 200) throw new Error(`Scalar's plugin answered ${statusCode} for its script`);
  return withoutWebFonts(body);
}

/** Without the fonts that Scalar loads from its own host, the page uses those of the system. */
function withoutWebFonts(script: string): string {
  const local = script.replaceAll(/@font-face\s*\{[^}]*fonts\.scalar\.com[^}]*\}/g, '');
  if (local.includes('fonts.scalar.com')) throw new Error("Scalar's script still loads fonts from another host");
  return local;
}
