/**
 * One of a few: a list that opens, or segments side by side.
 */
import { ChevronDown } from 'lucide-react'
import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as Base,
  SelectValue,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components'
import styles from './controls.module.css'

export type Choice<Id extends string> = { readonly id: Id; readonly label: string }

type Props<Id extends string> = {
  readonly label: string
  readonly choices: readonly Choice<Id>[]
  readonly value: Id
  readonly onChange: (value: Id) => void
  /** The label is read out and not drawn. */
  readonly bare?: boolean
}

/** A key that a control hands back is one of those it was given. */
function chosen<Id extends string>(choices: readonly Choice<Id>[], key: unknown): Id | undefined {
  return choices.find(({ id }) => id === key)?.id
}

export function Select<Id extends string>(props: Props<Id>) {
  const { label, choices, value, onChange, bare = false } = props
  const change = (key: unknown) => {
    const id = chosen(choices, key)
    if (id !== undefined) onChange(id)
  }
  return (
    <Base
      className={styles['field'] ?? ''}
      value={value}
      onChange={change}
      {...(bare ? { 'aria-label': label } : {})}
    >
      {bare ? null : <Label className={styles['label'] ?? ''}>{label}</Label>}
      <Button className={styles['trigger'] ?? ''}>
        <SelectValue className={styles['value'] ?? ''} />
        <ChevronDown size={14} aria-hidden />
      </Button>
      <Popover className={styles['popover'] ?? ''}>
        <ListBox className={styles['list'] ?? ''} items={choices}>
          {(choice) => (
            <ListBoxItem className={styles['option'] ?? ''} id={choice.id} textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Base>
  )
}

export function Segments<Id extends string>({ label, choices, value, onChange }: Props<Id>) {
  return (
    <ToggleButtonGroup
      className={styles['segments'] ?? ''}
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const id = chosen(choices, [...keys][0])
        if (id !== undefined) onChange(id)
      }}
    >
      {choices.map(({ id, label: text }) => (
        <ToggleButton key={id} id={id} className={styles['segment'] ?? ''}>
          {text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
