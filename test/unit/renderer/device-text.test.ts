import { expect, test } from 'vitest'
import { deviceHint, deviceLabel } from '../../../renderer/text/device-text.ts'

const GIB = 2 ** 30
const card = {
  name: 'NVIDIA RTX 4090',
  driver: '570.1',
  memoryBytes: 24 * GIB,
  freeBytes: 22 * GIB,
}
const webgpu = {
  device: 'webgpu',
  usable: true,
  why: '',
  half: true,
  largestBufferBytes: 2 * GIB,
  gigaflops: 900,
} as const
const cuda = {
  device: 'cuda',
  usable: false,
  why: 'its provider cannot be loaded',
  half: false,
  largestBufferBytes: null,
  gigaflops: null,
} as const
const machine = { cores: 8, memoryFreeBytes: 12 * GIB, adapters: [card], devices: [webgpu, cuda] }

test('a device that cannot be used says so in the list, and why below it', () => {
  expect(deviceLabel('cuda', machine)).toBe('GPU (CUDA): not usable')
  expect(deviceHint('cuda', machine)).toBe(
    'its provider cannot be loaded. The CPU would compute instead.',
  )
})

test('a card is shown with its memory and its limits', () => {
  expect(deviceLabel('webgpu', machine)).toBe('GPU (WebGPU)')
  expect(deviceHint('webgpu', machine)).toMatch(
    /^NVIDIA RTX 4090, 22.0 GiB free of 24.0 GiB; half precision; tensors up to 2.0 GiB and more$/,
  )
  expect(deviceHint('webgpu', { ...machine, adapters: [] })).toMatch(/^half precision; tensors/)
})

test('a card that does not tell of its memory is shown without', () => {
  const adapters = [{ ...card, memoryBytes: null, freeBytes: null }]
  expect(deviceHint('webgpu', { ...machine, adapters })).toMatch(
    /^NVIDIA RTX 4090, memory not told;/,
  )
})

test('all cards are shown, and for CUDA those that can run it', () => {
  const other = { name: 'AMD 0x744c', driver: null, memoryBytes: 32 * GIB, freeBytes: null }
  const both = { ...machine, adapters: [other, card] }
  expect(deviceHint('webgpu', both)).toMatch(
    /^AMD 0x744c, 32.0 GiB; NVIDIA RTX 4090, 22.0 GiB free of 24.0 GiB; half/,
  )
  const devices = [{ ...cuda, usable: true, why: '' }]
  expect(deviceHint('cuda', { ...both, devices })).toBe(
    'NVIDIA RTX 4090, 22.0 GiB free of 24.0 GiB',
  )
})

test('until the machine has been looked at nothing is claimed', () => {
  expect(deviceLabel('cuda', null)).toBe('GPU (CUDA)')
  expect(deviceHint('cpu', null)).toBe('Looking at the devices of this machine')
  expect(deviceHint('cpu', machine)).toMatch(/^8 cores, 12.0 GiB free; same seed, same bits$/)
})
