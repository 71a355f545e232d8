/**
 * The body of an answer as text, read piece by piece so that a hostile one costs no memory.
 */
import { AppError } from '../../contract/errors.ts'

export async function readBody(
  response: Response,
  maxBytes: number,
  where: string,
): Promise<string> {
  const told = Number(response.headers.get('content-length') ?? 0)
  if (told > maxBytes) throw await tooLarge(response, maxBytes, `${told}`, where)
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    if (bytes > maxBytes) throw await tooLarge(null, maxBytes, 'more', where)
    parts.push(decoder.decode(piece, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

async function tooLarge(
  response: Response | null,
  maxBytes: number,
  found: string,
  where: string,
): Promise<AppError> {
  // Leaving the loop has let go of it otherwise.
  await response?.body?.cancel()
  return new AppError('engine', `${where}: expected at most ${maxBytes} bytes, found ${found}`)
}
