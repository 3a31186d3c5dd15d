import { normalQuantile } from "../scenarios/normal-quantile.js";
import { uniforms, type Words2 } from "../scenarios/philox.js";

/** The generator's key: "smoothed" in ASCII. */
const KEY: Words2 = [0x736d6f6f, 0x74686564];

/**
 * `draws` rows of independent standard normals for `smoothedDerivatives`, the same on every machine. A row depends on
 * its number alone: more draws start with the fewer, more assets with the fewer.
 *
 * **Shapes.** `Float64Array[draws*assets]`, one draw a row.
 */
export function standardNormals(draws: number, assets: number): Float64Array {
  const normals = new Float64Array(draws * assets);
  for (let n = 0; n < draws; n++) {
    for (let k = 0; k < assets; k++) normals[n * assets + k] = normalQuantile(uniforms([n, k >> 1, 0, 0], KEY)[k & 1]!);
  }
  return normals;
}
