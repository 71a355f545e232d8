/**
 * Start of the page: transport first (it takes the token out of the address), then theme, then the first draw.
 */
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createClient } from './client.ts'
import { createQueryClient } from './data/ask.ts'
import { ClientContext } from './data/client-context.ts'
import { useRoute } from './state/route.ts'
import { startTheme } from './state/theme.ts'
import './styles/tokens.css'
import './styles/base.css'
import { chooseTransport } from './transport.ts'

const client = createClient(chooseTransport(window))
const { read } = useRoute.getState()
startTheme()
read()
window.addEventListener('hashchange', read)
window.addEventListener('popstate', read)

const root = document.querySelector('#root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <ClientContext value={client}>
        <QueryClientProvider client={createQueryClient()}>
          <App />
        </QueryClientProvider>
      </ClientContext>
    </StrictMode>,
  )
}
