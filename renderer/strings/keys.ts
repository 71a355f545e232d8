/**
 * Keys that belong to parts of screens, for the sheet of shortcuts.
 */

export const TABLE_KEYS = [
  {
    name: 'In tables',
    entries: [
      { id: 'table.move', label: 'Next and previous row', keys: 'j k' },
      { id: 'table.open', label: 'Open the row', keys: 'Enter' },
      { id: 'table.select', label: 'Select the row', keys: 'Space' },
      { id: 'table.ends', label: 'First and last row', keys: 'Home End' },
    ],
  },
  {
    name: 'In charts',
    entries: [
      { id: 'chart.read', label: 'Read values', keys: '← →' },
      { id: 'chart.zoom', label: 'Zoom in and out', keys: '+ -' },
      { id: 'chart.all', label: 'Show all', keys: '0' },
      { id: 'chart.pick', label: 'Tasks of the step', keys: 'Enter' },
    ],
  },
  {
    name: 'In the review',
    entries: [
      { id: 'review.rate', label: 'Severity', keys: '1 2 3 4 5' },
      { id: 'review.save', label: 'Save and next', keys: 'Enter' },
      { id: 'review.move', label: 'Next and previous trace', keys: 'j k' },
      { id: 'review.skip', label: 'Skip, undo', keys: 'x u' },
      { id: 'review.same', label: 'Same as before', keys: 'd' },
      { id: 'review.words', label: 'Category, tags, note', keys: 'c t n' },
      { id: 'review.span', label: 'Select words, take as evidence', keys: 'e s' },
      { id: 'review.blind', label: 'Blind on and off', keys: 'b' },
      { id: 'review.decide', label: 'Quarantine, dismiss, open again', keys: 'q w o' },
    ],
  },
  {
    name: 'In traces',
    entries: [
      { id: 'trace.token', label: 'Next and previous token', keys: '← →' },
      { id: 'trace.line', label: 'Next and previous line', keys: '↑ ↓' },
      { id: 'trace.colour', label: 'Change the colouring', keys: 'c' },
    ],
  },
] as const
