/** Pyodide's glue, served beside these files; its own declarations describe only what is built upon it. */
declare module '*/pyodide.asm.mjs' {
  const createPyodideModule: (
    settings: object,
  ) => Promise<{ stringToNewUTF8(text: string): number }>
  export { createPyodideModule as default }
}
