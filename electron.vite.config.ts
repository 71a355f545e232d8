/**
 * How the desktop app is built: its processes file by file, so that each finds the others where the sources have
 * them, the preload as one CommonJS file, the page as renderer/vite.config.ts says. Needs no Electron binary.
 */
import { cpSync } from 'node:fs'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import page from './renderer/vite.config.ts'

/** Each process by its own file; everything that they import is written beside them. */
const ENTRIES = {
  main: 'electron/main.ts',
  'host/desktop/workbench-process': 'electron/host/desktop/workbench-process.ts',
  'host/trainer-process': 'electron/host/trainer-process.ts',
  'host/errand-process': 'electron/host/errand-process.ts',
  'engine/worker': 'electron/engine/worker.ts',
  'engine/worker-nest': 'electron/engine/worker-nest.ts',
  'host/memory-worker': 'electron/host/memory-worker.ts',
}

/** Processes and threads are started by the address of a source file, which is JavaScript once it is built. */
function builtAddresses(): Plugin {
  const address = /new URL\('(\.\/[\w./-]+)\.ts', import\.meta\.url\)/g
  return {
    name: 'built-addresses',
    // Before types are taken out, which rewrites quotes.
    enforce: 'pre',
    transform: (code) =>
      code.includes('import.meta.url')
        ? { code: code.replaceAll(address, "new URL('$1.js', import.meta.url)"), map: null }
        : null,
  }
}

/** `../../resources` of a source file is the same of its built one. */
function resourcesBeside(): Plugin {
  return {
    name: 'resources-beside',
    writeBundle: () => cpSync('resources', 'out/resources', { recursive: true, dereference: true }),
  }
}

export default defineConfig({
  main: {
    publicDir: false,
    plugins: [builtAddresses(), resourcesBeside()],
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      rollupOptions: {
        input: ENTRIES,
        output: {
          format: 'es',
          preserveModules: true,
          preserveModulesRoot: 'electron',
          entryFileNames: '[name].js',
        },
      },
    },
  },
  preload: {
    publicDir: false,
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      isolatedEntries: true,
      rollupOptions: {
        input: {
          preload: 'electron/preload.ts',
          'sandbox-preload': 'electron/sandbox-preload.ts',
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    ...page,
    build: { ...page.build, minify: true, rollupOptions: { input: 'renderer/index.html' } },
  },
})
