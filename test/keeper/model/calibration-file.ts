import { readFileSync } from "node:fs";
import { parseCalibration, type Calibration } from "../../../keeper/src/model/calibration.js";

/** A calibration that ships with the keeper. */
export function shippedCalibration(name: "lab-1" | "mainnet-1"): Calibration {
  return parseCalibration(JSON.parse(readFileSync(`keeper/calibration/${name}.json`, "utf8")));
}
