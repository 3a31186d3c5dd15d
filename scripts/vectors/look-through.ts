import { z } from "zod";
import { lookThrough } from "../../keeper/src/graph/look-through.js";
import { relative, worstOf } from "./compare.js";
import type { Case, VectorFormat } from "./format.js";

const amounts = z.record(z.string(), z.number());
const sheet = z.object({ assets: amounts, liabilities: amounts, total: z.number() });
const file = z.object({ balance_sheets: z.record(z.string(), sheet) });
type Sheets = Record<string, z.infer<typeof sheet>>;

const TOLERANCE = 1e-9;
const sum = (values: Record<string, number>) => Object.values(values).reduce((total, usd) => total + usd, 0);

/**
 * Claims in value: what a protocol is, is what it holds, in proportion; what it issues is a share in it. A receipt token
 * that another protocol of the file holds is looked through in its turn.
 */
function claimsOf(sheets: Sheets): { tokens: string[]; claims: Float64Array } {
  const issuer = new Map(
    Object.entries(sheets).flatMap(([name, { liabilities }]) =>
      Object.keys(liabilities).map((token) => [token, name] as const),
    ),
  );
  const held = Object.values(sheets).flatMap(({ assets }) => Object.keys(assets));
  const tokens = [...new Set([...Object.keys(sheets), ...held])];
  const index = new Map(tokens.map((token, t) => [token, t] as const));
  const claims = new Float64Array(tokens.length * tokens.length);
  const put = (from: string, to: string, share: number) => {
    claims[index.get(from)! * tokens.length + index.get(to)!] = share;
  };
  for (const [name, { assets }] of Object.entries(sheets)) {
    for (const [token, usd] of Object.entries(assets)) put(name, token, usd / sum(assets));
  }
  for (const token of held) {
    const from = issuer.get(token);
    if (from !== undefined) put(token, from, 1);
  }
  return { tokens, claims };
}

function cases(sheets: Sheets): Case[] {
  const { tokens, claims } = claimsOf(sheets);
  const { units } = lookThrough(claims, tokens.length);
  return Object.entries(sheets).flatMap(([name, { assets, liabilities, total }], s) => {
    const behind = units.subarray(s * tokens.length, (s + 1) * tokens.length);
    const through = behind.reduce((usd, share) => usd + share * total, 0);
    const books = [relative([sum(assets), total]), relative([sum(liabilities), total])];
    return [
      worstOf(`${name}: totals`, TOLERANCE, books),
      worstOf(`${name}: looked through`, TOLERANCE, [relative([through, total])]),
    ];
  });
}

export const lookThroughSheets: VectorFormat = {
  name: "lookthrough_balance_sheets",
  tolerance: "1e-9 relative",
  matches: (data) => z.object({ balance_sheets: z.unknown() }).safeParse(data).success,
  check: (data) => cases(file.parse(data).balance_sheets),
};
