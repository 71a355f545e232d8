/**
 * Buttons: with words, or an icon alone with its words in a tooltip.
 */
import type { LucideIcon } from 'lucide-react'
import { Button as Base, Tooltip, TooltipTrigger } from 'react-aria-components'
import styles from './controls.module.css'
import { classes } from './classes.ts'

type Look = 'plain' | 'primary' | 'quiet' | 'danger'
type Common = {
  readonly icon?: LucideIcon
  readonly look?: Look
  readonly disabled?: boolean
  readonly onPress: () => void
}

function classOf(look: Look, iconOnly: boolean): string {
  return classes(
    styles['button'],
    look === 'plain' ? undefined : styles[look],
    iconOnly ? styles['icon'] : undefined,
  )
}

export function Button(props: Common & { readonly label: string }) {
  const { icon: Icon, look = 'plain', disabled = false, onPress, label } = props
  return (
    <Base className={classOf(look, false)} isDisabled={disabled} onPress={onPress}>
      {Icon === undefined ? null : <Icon size={14} aria-hidden />}
      {label}
    </Base>
  )
}

export function IconButton(
  props: Common & { readonly icon: LucideIcon; readonly label: string; readonly keys?: string },
) {
  const { icon: Icon, look = 'quiet', disabled = false, onPress, label, keys } = props
  return (
    <TooltipTrigger delay={400}>
      <Base
        className={classOf(look, true)}
        isDisabled={disabled}
        onPress={onPress}
        aria-label={label}
      >
        <Icon size={16} aria-hidden />
      </Base>
      <Tooltip className={styles['tooltip'] ?? ''}>
        {keys === undefined ? label : `${label} (${keys})`}
      </Tooltip>
    </TooltipTrigger>
  )
}
