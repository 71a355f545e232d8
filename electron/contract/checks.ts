/**
 * The checks of a proposal by name, in the order in which they are made.
 * Not here: what each of them looks at (selfplay/azr).
 */
export const CHECK_ORDER = [
  'parse',
  'held-out',
  'syntax',
  'entry',
  'imports',
  'names',
  'functions',
  'literal',
  'message',
  'runs',
  'deterministic',
  'output',
  'fits',
  'new',
] as const
