const BISECTIONS = 100;

/**
 * The quantile of Student's t for an even number of degrees of freedom: t with `F(t) = p`, for p in (0, 1).
 *
 * With `s = t / sqrt(nu + t^2)` F is a polynomial, `1/2 + s/2 sum c_k (1 - s^2)^k`, k below nu/2; s is bisected until
 * float64 has nothing between.
 *
 * **Source.** Abramowitz, Stegun 1964, 26.7.4; `c_k = (1 3 .. 2k-1) / (2 4 .. 2k)`.
 */
export function studentQuantile(nu: number, p: number): number {
  let [low, high] = [-1, 1];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (distribution(nu, middle) < p) low = middle;
    else high = middle;
  }
  const sine = (low + high) / 2;
  return Math.sqrt(nu) * (sine / Math.sqrt(1 - sine * sine));
}

function distribution(nu: number, sine: number): number {
  const square = 1 - sine * sine;
  let term = 1;
  let sum = 1;
  for (let k = 1; 2 * k < nu; k++) {
    term *= (square * (2 * k - 1)) / (2 * k);
    sum += term;
  }
  return 0.5 + (sine / 2) * sum;
}
