/**
 * Which folder suites are read from and fetched to: picked in the window, typed in a browser.
 */
import { FolderOpen, House } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { useOrder } from '../../data/ask.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { ChooseFolder } from './choose-folder.tsx'

export function SuiteFolder({ folder }: { readonly folder: string | null }) {
  const use = useOrder('evaluations.useFolder', ['evaluations.suites'])
  return (
    <Panel title={EVALUATE.folder} note={visible(folder ?? EVALUATE.ownFolder)}>
      <div className={layout['row']}>
        <ChooseFolder
          icon={FolderOpen}
          label={EVALUATE.useFolder}
          hint={EVALUATE.folderPath}
          purpose="model"
          onChosen={(handle) => use.mutate({ folder: handle })}
        />
        {folder === null ? null : (
          <Button
            icon={House}
            label={EVALUATE.useOwn}
            onPress={() => use.mutate({ folder: null })}
          />
        )}
      </div>
    </Panel>
  )
}
