/**
 * Joint shocks of all assets, one row a scenario.
 *
 * **Shapes.** S scenarios, K assets in the state's order; row s holds entries `s*K <= e < (s+1)*K`. Rows 2p and 2p + 1
 * are an antithetic pair: what falls in one rises in the other, jumps and depegs aside.
 */
export interface ScenarioSet {
  /** What the generator was seeded with; part of the result, so that anybody draws the same set. */
  readonly seed: string;
  readonly horizonSec: number;
  readonly count: number;
  /** Rows from here on hold a depeg besides the joint shock. */
  readonly depegFrom: number;
  /** `Float64Array[S*K]`: drop of a base asset's price, or of a derived asset's discount, below 1; negative is a rise. */
  readonly dropFrac: Float64Array;
  /** `Float64Array[S*K]`: depth as a multiple of what was read; 1 is unthinned. */
  readonly depthFactor: Float64Array;
}
