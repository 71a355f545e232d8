/**
 * Units as answers write them, in one spelling each. Not here: conversion; 1 m and 100 cm are different answers.
 */

const SPELLINGS: Readonly<Record<string, string>> = {
  degree: 'degree degrees deg °',
  '%': 'percent percents percentage pct %',
  dollar: 'dollar dollars usd',
  cent: 'cent cents',
  inch: 'inch inches in',
  foot: 'foot feet ft',
  yard: 'yard yards yd',
  mile: 'mile miles mi',
  mph: 'mph',
  mm: 'mm millimeter millimeters millimetre millimetres',
  cm: 'cm centimeter centimeters centimetre centimetres',
  m: 'meter meters metre metres',
  km: 'km kilometer kilometers kilometre kilometres',
  'km/h': 'kmh kph',
  second: 'second seconds sec secs',
  minute: 'minute minutes min mins',
  hour: 'hour hours hr hrs',
  day: 'day days',
  week: 'week weeks',
  month: 'month months',
  year: 'year years',
  gram: 'gram grams',
  kg: 'kg kilogram kilograms',
  pound: 'pound pounds lb lbs',
  ounce: 'ounce ounces oz',
  liter: 'liter liters litre litres',
  ml: 'ml milliliter milliliters',
  gallon: 'gallon gallons',
  radian: 'radian radians rad',
  unit: 'unit units',
}

const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries(SPELLINGS).flatMap(([unit, spellings]) =>
    spellings.split(' ').map((spelling): [string, string] => [spelling, unit]),
  ),
)

/** Words between number and unit, and words that say only what was counted. */
const FILLERS = new Set(['square', 'sq', 'cubic', 'per', 'of', 'the', 'a'])

/** The unit that a word stands for. */
export function unitOf(word: string): string | undefined {
  return UNITS.get(word.toLowerCase().replace(/\.$/, ''))
}

/** A phrase such as `square inches` or `miles per hour` as one unit; undefined when a word is no unit. */
export function unitOfPhrase(phrase: string): string | undefined {
  const words = phrase
    .toLowerCase()
    .split(/[\s/]+/)
    .filter((word) => word !== '')
  const power = words.some((word) => word === 'square' || word === 'sq') ? '^2' : ''
  const cubic = words.includes('cubic') ? '^3' : ''
  const units = words.filter((word) => !FILLERS.has(word)).map(unitOf)
  if (units.length === 0 || units.includes(undefined)) return undefined
  return units.join('/') + power + cubic
}
