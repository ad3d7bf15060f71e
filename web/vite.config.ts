import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npm run page` serves the page while it is written, beside a server on port 3000. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    // Tells the build's own check what the first load is made of; it is not served.
    manifest: 'manifest.json',
    emptyOutDir: true,
    target: 'es2023',
    // A data: address would be refused by the page's own Content-Security-Policy, but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/api', '/client', '/provider', '/orders', '/vehicles', '/metrics', '/docs', '/openapi.json'].map((path) => [
        path,
        'http://127.0.0.1:3000',
      ]),
    ),
  },
});
