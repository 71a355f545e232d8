/**
 * The one client of the page, for hooks. Components use the hooks of this folder and never the client.
 */
import { createContext, useContext } from 'react'
import { AppError } from '../../electron/contract/errors.ts'
import type { Client } from '../client.ts'

export const ClientContext = createContext<Client | null>(null)

export function useClient(): Client {
  const client = useContext(ClientContext)
  if (client === null) throw new AppError('wire', 'page: expected a client above this component')
  return client
}
