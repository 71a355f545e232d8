/// <reference types="vite/client" />
/**
 * What the page finds around it and the compiler does not know: trusted types, the editor's hook for workers.
 */

interface Window {
  readonly trustedTypes?: {
    readonly createPolicy: (
      name: string,
      rules: { readonly createScriptURL: (url: string) => string },
    ) => { readonly createScriptURL: (url: string) => unknown }
  }
}
