import { expect, test } from 'vitest'
import { formatCompared, parseCompared, runsOf } from '../../../../renderer/text/compared.ts'

test('what is compared comes back from its address; what makes no sense is left out', () => {
  const places = [
    { run: 'azr-1', step: null },
    { run: 'azr-1', step: 40 },
  ]
  expect(parseCompared(formatCompared(places))).toEqual(places)
  expect(parseCompared('azr-1,azr-1,<b>,azr-1@x,../x,,azr-2@-1')).toEqual([places[0]])
  expect(parseCompared('a,b,c,d,e,f,g,h')).toHaveLength(6)
  expect(runsOf(places)).toEqual(['azr-1'])
})
