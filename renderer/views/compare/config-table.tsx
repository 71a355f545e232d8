/**
 * Settings that are not equal in all compared runs.
 */
import { useQueries } from '@tanstack/react-query'
import { Panel } from '../../components/panel.tsx'
import { useAskQuery } from '../../data/ask.ts'
import { COMPARE } from '../../strings/compare.ts'
import { diffSettings, settingText } from '../../text/settings-diff.ts'
import layout from '../layout.module.css'

export function ConfigTable({ ids }: { readonly ids: readonly string[] }) {
  const queryOf = useAskQuery()
  const runs = useQueries({
    queries: ids.map((id) => queryOf('runs.show', { run: id })),
    combine: (results) => results.flatMap(({ data }) => (data === undefined ? [] : [data.run])),
  })
  const [first, ...others] = runs
  const keys = new Set(
    others.flatMap(({ config }) => diffSettings(first?.config ?? {}, config).map(({ key }) => key)),
  )
  return (
    <Panel title={COMPARE.settings} flush>
      {keys.size === 0 ? (
        <p className={layout['muted']} style={{ padding: 12 }}>
          {COMPARE.sameConfig}
        </p>
      ) : (
        <div className={layout['scrollx']}>
          <table className={layout['plain']}>
            <thead>
              <tr>
                <th scope="col">{COMPARE.setting}</th>
                {runs.map(({ id }) => (
                  <th key={id} scope="col" className="mono">
                    {id}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...keys].map((key) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  {runs.map(({ id, config }) => (
                    <td key={id}>{settingText(config[key])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
