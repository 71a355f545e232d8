/**
 * Writes test/golden/syscalls.json: the kernel's own numbers of every system call, for both architectures of the filter.
 * Source: the headers of Debian's linux-libc-dev. aarch64's table is the generic one: arch/arm64's own header only says
 * which optional calls of it are there, and includes it.
 * Usage: node test/golden/make/syscalls.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'

const HEADERS = {
  x86_64: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
  aarch64: '/usr/include/asm-generic/unistd.h',
}

/** `#define __NR_read 63`, and `#define __NR_mmap __NR3264_mmap` for what differs between word sizes. */
function numbersOf(header: string): Record<string, number> {
  const plain = new Map<string, number>()
  const aliases: (readonly [name: string, of: string])[] = []
  for (const [, name = '', value = ''] of header.matchAll(/^#define (__NR\w+)\s+(\w+)$/gm)) {
    if (/^\d+$/.test(value)) plain.set(name, plain.get(name) ?? Number(value))
    else aliases.push([name, value])
  }
  for (const [name, of] of aliases) {
    const number = plain.get(of)
    if (number !== undefined && !plain.has(name)) plain.set(name, number)
  }
  const named = [...plain].filter(([name]) => name.startsWith('__NR_'))
  return Object.fromEntries(named.map(([name, number]) => [name.slice('__NR_'.length), number]))
}

const tables = Object.entries(HEADERS).map(([architecture, path]) => [
  architecture,
  numbersOf(readFileSync(path, 'utf8')),
])
const target = new URL('../syscalls.json', import.meta.url)
writeFileSync(target, `${JSON.stringify(Object.fromEntries(tables))}\n`)
