/**
 * Text, numbers as text, switches and sliders. What is wrong stands below the field that it is about.
 */
import {
  FieldError,
  Input,
  Label,
  SearchField as BaseSearch,
  Slider as BaseSlider,
  SliderOutput,
  SliderThumb,
  SliderTrack,
  Switch as BaseSwitch,
  Text,
  TextArea,
  TextField as BaseText,
} from 'react-aria-components'
import { classes } from './classes.ts'
import styles from './controls.module.css'

type TextProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string
  readonly problem?: string | null
  readonly lines?: number
  readonly placeholder?: string
  readonly bare?: boolean
}

export function TextField(props: TextProps) {
  const { label, value, onChange, problem = null, bare = false } = props
  return (
    <BaseText
      className={styles['field'] ?? ''}
      value={value}
      onChange={onChange}
      isInvalid={problem !== null}
      {...(bare ? { 'aria-label': label } : {})}
    >
      {bare ? null : <Label className={styles['label'] ?? ''}>{label}</Label>}
      <TextBody {...props} />
      <FieldError className={styles['problem'] ?? ''}>{problem}</FieldError>
    </BaseText>
  )
}

function TextBody({ hint, lines = 1, placeholder = '' }: TextProps) {
  return (
    <>
      {lines > 1 ? (
        <TextArea className={styles['area'] ?? ''} rows={lines} spellCheck={false} />
      ) : (
        <Input
          className={styles['input'] ?? ''}
          placeholder={placeholder}
          spellCheck={false}
          autoComplete="off"
        />
      )}
      {hint === undefined ? null : (
        <Text slot="description" className={styles['hint'] ?? ''}>
          {hint}
        </Text>
      )}
    </>
  )
}

type SearchProps = Pick<TextProps, 'label' | 'value' | 'onChange'> & { readonly hint?: string }

export function SearchField({ label, value, onChange, hint }: SearchProps) {
  return (
    <BaseSearch
      className={styles['field'] ?? ''}
      aria-label={label}
      value={value}
      onChange={onChange}
    >
      <Input className={styles['input'] ?? ''} placeholder={hint ?? label} spellCheck={false} />
    </BaseSearch>
  )
}

type SwitchProps = {
  readonly label: string
  readonly value: boolean
  readonly onChange: (value: boolean) => void
  readonly bare?: boolean
}

export function Switch({ label, value, onChange, bare = false }: SwitchProps) {
  return (
    <BaseSwitch
      className={styles['switch'] ?? ''}
      isSelected={value}
      onChange={onChange}
      {...(bare ? { 'aria-label': label } : {})}
    >
      <span className={styles['track']} />
      {bare ? null : label}
    </BaseSwitch>
  )
}

type SliderProps = {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly onChange: (value: number) => void
  readonly format: (value: number) => string
  /** Label, track and value side by side. */
  readonly flat?: boolean
}

export function Slider(props: SliderProps) {
  const { label, value, min, max, step, onChange, format, flat = false } = props
  return (
    <BaseSlider
      className={classes(styles['slider'], flat && styles['flat'])}
      value={value}
      minValue={min}
      maxValue={max}
      step={step}
      onChange={(next) => onChange(typeof next === 'number' ? next : value)}
    >
      <Label className={styles['label'] ?? ''}>{label}</Label>
      <SliderOutput className={styles['output'] ?? ''}>{format(value)}</SliderOutput>
      <SliderTrack className={styles['rail'] ?? ''}>
        <SliderThumb className={styles['thumb'] ?? ''} />
      </SliderTrack>
    </BaseSlider>
  )
}
