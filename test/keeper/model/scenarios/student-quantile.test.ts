import { expect } from "chai";
import { studentQuantile } from "../../../../keeper/src/model/scenarios/student-quantile.js";

/** Upper points of Student's t as tables print them: degrees of freedom, probability, t. */
const table = [
  [2, 0.975, 4.302653],
  [4, 0.9, 1.533206],
  [4, 0.99, 3.746947],
  [4, 0.9995, 8.610302],
  [6, 0.99, 3.142668],
  [10, 0.995, 3.169273],
  [30, 0.95, 1.697261],
] as const;

describe(studentQuantile.name, () => {
  for (const [nu, p, t] of table) {
    it(`nu ${nu}, p ${p}: ${t}`, () => {
      expect(studentQuantile(nu, p)).to.be.closeTo(t, 1e-6);
      expect(studentQuantile(nu, 1 - p)).to.be.closeTo(-t, 1e-6);
    });
  }

  it("inverts the integral of the density, far into the tail", () => {
    for (const p of [0.3, 0.01, 1e-4, 1e-7]) {
      const integral = tailOfFour(-studentQuantile(4, p));
      expect(integral).to.be.closeTo(p, 1e-7 * p);
    }
  });

  it("ends: finite for whatever is inside, and 0 in the middle", () => {
    expect(studentQuantile(4, 0.5)).to.be.closeTo(0, 1e-15);
    expect(studentQuantile(4, 2 ** -33)).to.be.within(-1e4, -100);
  });
});

/** Integral of the t density of 4 degrees, 3/8 (1 + x^2/4)^(-5/2), above t: Simpson's rule in 1/x. */
function tailOfFour(t: number): number {
  const steps = 20_000;
  const density = (y: number) => (y === 0 ? 0 : ((3 / 8) * (1 + 1 / (4 * y * y)) ** -2.5) / (y * y));
  const h = 1 / t / steps;
  let sum = density(0) + density(1 / t);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * h);
  return (sum * h) / 3;
}
