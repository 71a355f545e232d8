/**
 * Floats as Python prints them: the same shortest digits as JavaScript, another layout.
 * Source: CPython, Python/pystrtod.c, format code 'r'.
 */

/** repr(value): always with a point or an exponent. */
export function floatText(value: number): string {
  const text = shortFloatText(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

/** The same without a trailing `.0`, as inside complex numbers. */
export function shortFloatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}inf`
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e')
  return sign + layOut(mantissa.replace('.', ''), Number(power))
}

function layOut(digits: string, power: number): string {
  if (power < -4 || power >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const size = String(Math.abs(power)).padStart(2, '0')
    return `${digits.slice(0, 1)}${fraction}e${power < 0 ? '-' : '+'}${size}`
  }
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${digits}`
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0')
  return digits.length > power + 1 ? `${whole}.${digits.slice(power + 1)}` : whole
}
