// A process of its own for EDR, which prints on stdout what it likes. Runs the TypeScript sources through tsx.
import { register } from "tsx/esm/api";

register();
const { answerParent } = await import("./edr-child.ts");
await answerParent();
