import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { unitCrossing } from "./scripts/lint/unit-crossing.js";

const src = "keeper/src";

/** Folders whose output is a function of their input: no clock, no chance, no environment, no network. */
const pure = ["snapshot", "graph", "model", "report", "books", "venues", "liquidity"].map((f) => `${src}/${f}/**/*.ts`);
const pureFiles = [...pure, `${src}/units.ts`, `${src}/errors.ts`, `${src}/publish/policy.ts`];
/** Where every operator must get the same bits: ECMAScript leaves all of Math but these to the implementation. */
const kernels = [`${src}/graph/**/*.ts`, `${src}/model/**/*.ts`];
const exactMath = "abs|ceil|floor|max|min|round|trunc|sign|sqrt|fround|imul|clz32";

const forbid = (selector, message) => ({ selector, message });
const member = (object, property) => `MemberExpression[object.name='${object}'][property.name=/^(${property})$/]`;

const everywhere = [
  forbid("TSEnumDeclaration", "Use a union of strings."),
  forbid("ExportAllDeclaration", "Import from the file that defines it: no barrel files."),
  forbid("ExportDefaultDeclaration", "Use a named export."),
  forbid(
    "TSAsExpression > TSAsExpression[typeAnnotation.type='TSUnknownKeyword']",
    "`as unknown as` hides a wrong type.",
  ),
  forbid("CatchClause[param=null] > BlockStatement[body.length=0]", "An error is handled or passed on, never dropped."),
];
const keeperOnly = [
  forbid(
    "ClassDeclaration:not([superClass])",
    "Functions and data; classes only for errors and two-phase numeric builders.",
  ),
];
const environment = [forbid(member("process", "env"), "Only keeper/src/config.ts reads the environment.")];
const chance = [forbid(member("Math", "random"), "Take a seeded generator as an argument.")];
const clock = [
  forbid(member("Date", "now"), "Take `now` as an argument."),
  forbid("NewExpression[callee.name='Date'][arguments.length=0]", "Take `now` as an argument."),
  forbid(member("performance", "now"), "Take `now` as an argument."),
  forbid(member("process", "hrtime"), "Take `now` as an argument."),
];
const rounding = [
  forbid(
    `MemberExpression[object.name='Math'][property.name!=/^(${exactMath}|PI|E|random)$/]`,
    "Not bit-exact everywhere: use @stdlib/math-base-special-* (docs/adr/0005).",
  ),
  forbid("BinaryExpression[operator='**']", "`**` is Math.pow: multiply, or use @stdlib/math-base-special-pow."),
];

const restrict = (files, extra) => ({ files, rules: { "no-restricted-syntax": ["error", ...everywhere, ...extra] } });

export default defineConfig(
  globalIgnores([
    "abi/",
    "artifacts*/",
    "cache*/",
    "coverage/",
    "typechain-types/",
    "node_modules/",
    ".bulkhead/",
    "examples/**/*.sol",
    "**/*.d.ts",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { bulkhead: { rules: { "unit-crossing": unitCrossing } } },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "object-shorthand": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/max-params": ["error", { max: 4 }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // chai's properties are assertions; mocha's `this` needs function expressions.
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
  restrict(["test/**/*.ts", "scripts/**/*.ts"], []),
  { files: [`${src}/**/*.ts`], rules: { "no-console": "error", "bulkhead/unit-crossing": "error" } },
  { files: [`${src}/units.ts`], rules: { "bulkhead/unit-crossing": "off" } },
  restrict([`${src}/**/*.ts`], [...keeperOnly, ...environment, ...chance]),
  restrict([`${src}/{chain,quorum,publish}/**/*.ts`], [...keeperOnly, ...environment]),
  restrict([`${src}/config.ts`], keeperOnly),
  restrict(pureFiles, [...keeperOnly, ...environment, ...chance, ...clock]),
  restrict(kernels, [...keeperOnly, ...environment, ...chance, ...clock, ...rounding]),
  { files: pureFiles, rules: { "no-restricted-globals": ["error", "fetch", "setTimeout", "setInterval", "process"] } },
);
