import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const api = process.env.AIRLOCK_API ?? 'http://127.0.0.1:5010'

export default defineConfig({
  root: here,
  plugins: [react()],
  build: {
    outDir: `${here}dist`,
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the page runs under `default-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Uppy is most of it; it is one file on a local network, 190 kB compressed.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': api, '/config.json': api } },
})
