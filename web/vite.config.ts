import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const SHARED =
  /\/client\/|\/web\/src\/api\/|\/web\/src\/use-now|\/components\/(?:field|problem-notice|success-notice|updated-ago)|\/node_modules\//;

/** Configuration of the page's build, and of `npm run page`, the development server beside a Holdfast on port 3000. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    // scripts/build-page.ts reads it to measure the first load. It is not served.
    manifest: 'manifest.json',
    emptyOutDir: true,
    target: 'es2023',
    // The page's Content-Security-Policy allows data: URLs for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // One file of the code that most views share: it compresses better than its parts would.
        codeSplitting: { groups: [{ name: 'common', test: SHARED, minShareCount: 3 }] },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/api', '/client', '/provider', '/orders', '/vehicles', '/healthz', '/metrics', '/docs', '/openapi.json'].map(
        (path) => [path, 'http://127.0.0.1:3000'],
      ),
    ),
  },
});
