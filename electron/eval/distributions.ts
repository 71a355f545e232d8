/**
 * The three distributions that intervals need: normal quantiles, Student's t, the fair binomial.
 * Not here: what is measured (intervals.ts, paired.ts).
 * Source: Press et al., Numerical Recipes (3rd ed.), 6.1 and 6.4; Lanczos coefficients for g = 7.
 */

/** Confidence levels on offer, with the two-sided quantile of the normal distribution. */
export const NORMAL_QUANTILES = {
  '0.9': 1.6448536269514722,
  '0.95': 1.959963984540054,
  '0.99': 2.5758293035489004,
} as const

export type Confidence = 0.9 | 0.95 | 0.99

export function normalQuantile(confidence: Confidence): number {
  return NORMAL_QUANTILES[`${confidence}`]
}

/** P(|T| > t) of Student's t. */
export function studentTail(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/** The t with P(|T| <= t) = confidence, by bisection. */
export function studentQuantile(confidence: Confidence, degrees: number): number {
  let low = 0
  let high = 1
  while (studentTail(high, degrees) > 1 - confidence) high *= 2
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2
    if (studentTail(middle, degrees) > 1 - confidence) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(X = k) and P(X <= k) of n fair coins. */
export function fairBinomial(
  k: number,
  n: number,
): { readonly point: number; readonly below: number } {
  const point = Math.exp(logChoose(n, k) - n * Math.LN2)
  let term = point
  let below = 0
  for (let at = k; at >= 0; at -= 1) {
    below += term
    term *= at / (n - at + 1)
  }
  return { point, below: Math.min(1, below) }
}

const logChoose = (n: number, k: number): number =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const

/** For x >= 1/2. */
function logGamma(x: number): number {
  const shifted = x - 1
  const base = shifted + 7.5
  const sum = LANCZOS.reduce(
    (total, part, at) => total + (at === 0 ? part : part / (shifted + at)),
    0,
  )
  return Math.log(Math.sqrt(2 * Math.PI)) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum)
}

/** I_x(a, b), regularised. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  // The fraction converges fast on one side of the mean only; the other side is its mirror image.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b
}

const TINY = 1e-300
const awayFromZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value)

/** Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    result *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return result
}
