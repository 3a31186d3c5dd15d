import { concat, keccak256, toUtf8Bytes } from "ethers";
import { canonicalCalibration, MODEL_VERSION, type Calibration } from "../model/calibration.js";
import type { Hex } from "../units.js";

/**
 * Commit to everything but the snapshot that a report depends on: the code's version and the calibration.
 *
 * `keccak256(keccak256(version) ++ keccak256(canonical calibration))`, texts in UTF-8.
 */
export function modelHash(calibration: Calibration, version: string = MODEL_VERSION): Hex {
  const part = (text: string): string => keccak256(toUtf8Bytes(text));
  return keccak256(concat([part(version), part(canonicalCalibration(calibration))])) as Hex;
}
