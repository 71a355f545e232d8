/**
 * How the window's page is built. Not here: the processes around it.
 */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative: the same bytes are served by app:// and by http on any port.
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../out/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome150',
    // Inlined assets would be data: URLs, which the policy refuses for fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4_000,
  },
})
