/**
 * SwiftShader, a Vulkan driver in software, as browsers and Electron bring it along: WebGPU without a graphics card.
 * Scripts run in processes of their own: the driver is chosen by environment, and a driver's fault ends the process.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const LIBRARIES = [
  process.env['KELVIN_SWIFTSHADER'] ?? '',
  '/usr/lib/chromium/libvk_swiftshader.so',
  '/usr/lib/chromium-browser/libvk_swiftshader.so',
  '/opt/google/chrome/libvk_swiftshader.so',
  join(import.meta.dirname, '../../node_modules/electron/dist/libvk_swiftshader.so'),
]

/** Why a test is skipped where there is none. */
export const NO_SOFTWARE_GPU =
  'no SwiftShader here: install chromium or set KELVIN_SWIFTSHADER to libvk_swiftshader.so'

export const softwareGpu: string | null = LIBRARIES.find((path) => existsSync(path)) ?? null

/** What the script prints, with the driver at that path as the only one. */
export async function runOnGpu(
  driver: string,
  script: string,
  args: readonly string[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kelvin-webgpu-'))
  try {
    const icd = join(folder, 'icd.json')
    const ICD = { library_path: driver, api_version: '1.1.0' }
    await writeFile(icd, JSON.stringify({ file_format_version: '1.0.0', ICD }))
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], {
      maxBuffer: 2 ** 26,
      env: {
        ...process.env,
        VK_ICD_FILENAMES: icd,
        XDG_RUNTIME_DIR: folder,
        // Browsers bring the Vulkan loader along too.
        LD_LIBRARY_PATH: [process.env['LD_LIBRARY_PATH'], dirname(driver)]
          .filter(Boolean)
          .join(':'),
      },
    })
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}
