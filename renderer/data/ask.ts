/**
 * Calls of the contract as hooks: answers are cached by name and input, and cancelled when nobody looks.
 * Not here: news (live.ts), the long columns behind charts (curves.ts).
 */
import {
  QueryClient,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { CallInput, CallName, CallOutput } from '../../electron/contract/api.ts'
import type { AnswerPage } from '../../electron/contract/evaluation.ts'
import type { EpisodeRow, Page, TaskRow } from '../../electron/contract/history.ts'
import { useClient } from './client-context.ts'

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The host is reached without a network too; what is wrong with the line, the client says.
      queries: {
        networkMode: 'always',
        staleTime: 30_000,
        retry: false,
        refetchOnWindowFocus: false,
      },
      mutations: { networkMode: 'always' },
    },
  })
}

type AskOptions = {
  /** Default: true. */
  readonly enabled?: boolean
  /** Asks again after so long while somebody looks. */
  readonly everyMs?: number
}

export function useAsk<Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  { enabled = true, everyMs }: AskOptions = {},
) {
  const queryOf = useAskQuery()
  return useQuery({
    ...queryOf(name, input),
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  })
}

/** For several at once, such as the same call about several runs. */
export function useAskQuery() {
  const client = useClient()
  return <Name extends CallName>(name: Name, input: CallInput<Name>) =>
    queryOptions<CallOutput<Name>>({
      queryKey: [name, input],
      queryFn: ({ signal }) => client.call(name, input, { signal }),
    })
}

/** A call that changes something; `spoils` names the answers that are asked for again. */
export function useOrder<Name extends CallName>(name: Name, spoils: readonly CallName[] = []) {
  const client = useClient()
  const queries = useQueryClient()
  return useMutation<CallOutput<Name>, Error, CallInput<Name>>({
    mutationFn: (input) => client.call(name, input),
    onSettled: async () => {
      await Promise.all(spoils.map((key) => queries.invalidateQueries({ queryKey: [key] })))
    },
  })
}

type Pages = {
  readonly 'tasks.page': Page<TaskRow>
  readonly 'episodes.page': Page<EpisodeRow>
  readonly 'evaluations.page': AnswerPage
}

/** Rows page by page; `rows` is all that has come. Old rows stay until those of another filter are there. */
export function usePages<Name extends keyof Pages>(name: Name, input: CallInput<Name>) {
  const client = useClient()
  const query = useInfiniteQuery({
    queryKey: [name, input],
    queryFn: async ({ pageParam, signal }): Promise<Pages[Name]> => {
      const after = pageParam === '' ? {} : { after: pageParam }
      const page = await client.call(name, { ...input, ...after }, { signal })
      // The contract ties name and row; the union of both calls hides it from the compiler.
      return page as Pages[Name]
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  })
  const rows = query.data?.pages.flatMap(
    (page): readonly Pages[Name]['rows'][number][] => page.rows,
  )
  return { query, rows: rows ?? [] }
}
