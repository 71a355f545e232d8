/**
 * The same tokens as rows.
 */
import { useMemo } from 'react'
import type { ResponseTrace } from '../../../electron/contract/evaluation.ts'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { fixed, integer, percent, signed } from '../../format.ts'
import { TRACE } from '../../strings/tasks.ts'
import { tokenText } from '../../text/token-text.ts'
import { valuesAt } from '../../text/token-values.ts'

type Props = {
  readonly trace: ResponseTrace
  readonly onActive: (token: number) => void
}

export function TokenTable({ trace, onActive }: Props) {
  const rows = useMemo(() => Array.from(trace.tokens, (_, at) => at), [trace.tokens])
  const columns: Column<number>[] = [
    { id: 'at', label: TRACE.position, width: 80, end: true, cell: (at) => integer(at) },
    { id: 'id', label: TRACE.tokenId, width: 80, end: true, cell: (at) => trace.tokens[at] },
    {
      id: 'text',
      label: TRACE.text,
      width: 'fill',
      cell: (at) => <code>{tokenText(trace, at) ?? ''}</code>,
    },
    {
      id: 'logprob',
      label: TRACE.logprob,
      width: 130,
      end: true,
      cell: (at) => fixed(trace.logprobs[at] ?? null, 3),
    },
    {
      id: 'probability',
      label: TRACE.probability,
      width: 110,
      end: true,
      cell: (at) => percent(Math.exp(trace.logprobs[at] ?? Number.NaN), 1),
    },
    ...(trace.seen == null ? [] : trainedColumns(trace)),
    {
      id: 'advantage',
      label: TRACE.advantage,
      width: 100,
      end: true,
      cell: () => signed(trace.advantage),
    },
  ]
  return (
    <Table
      label={TRACE.tokenTable}
      rows={rows}
      columns={columns}
      keyOf={String}
      onActive={onActive}
      onOpen={onActive}
    />
  )
}

function trainedColumns(trace: ResponseTrace): Column<number>[] {
  const number = (
    id: 'newLogprob' | 'ratio' | 'entropy',
    label: string,
    width: number,
  ): Column<number> => ({
    id,
    label,
    width,
    end: true,
    cell: (at) => fixed(valuesAt(trace, at)[id], 3),
  })
  return [
    number('newLogprob', TRACE.newLogprob, 100),
    number('ratio', TRACE.ratio, 80),
    number('entropy', TRACE.entropy, 80),
  ]
}
