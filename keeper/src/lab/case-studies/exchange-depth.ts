import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Days of volume before the day of a book. */
const WINDOW_DAYS = 30;
const DAY_MS = 86_400_000;
/** c of Cont and Schaanning 2017. */
const IMPACT = 0.4;
/** Time that forced sales have, in days: the hour in which most of a crash happens. */
const SALE_DAYS = 1 / 24;

/** Mean volume a day in USD over the 30 days before `day`, from hourly candles of an exchange. */
export function dailyVolumeUsd(path: string, day: string): number {
  const [head = "", ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  const columns = head.split(",");
  const at = (name: string): number => columns.indexOf(name);
  const time = Math.max(at("datetime"), at("date"));
  const to = Date.parse(day);
  const from = to - WINDOW_DAYS * DAY_MS;
  let usd = 0;
  for (const line of lines) {
    const fields = line.split(",");
    const hour = Date.parse(`${(fields[time] ?? "").replace(" ", "T")}Z`);
    if (hour >= from && hour < to) usd += Number(fields[at("close")]) * Number(fields[at("volume")]);
  }
  if (!(usd > 0))
    throw new RangeError(`${path}: saw no volume in the ${WINDOW_DAYS} days before ${day}, expected candles`);
  return usd / WINDOW_DAYS;
}

/** `D = c ADV/sigma sqrt(tau)`: USD whose sale moves the price by its whole, in a straight line. **Source.** MODEL 5.4. */
export function volumeDepthUsd(dailyUsd: number, sigmaDaily: number): number {
  return ((IMPACT * dailyUsd) / sigmaDaily) * Math.sqrt(SALE_DAYS);
}
