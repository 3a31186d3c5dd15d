import { spanOf, type Node } from "../solidity/parse.js";

/** One change of a source, in bytes. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly put: string;
}

export const replace = (node: Node, put: string): Edit => ({ ...spanOf(node), put });
