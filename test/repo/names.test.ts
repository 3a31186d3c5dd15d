import { expect } from "chai";
import { filesUnder, read } from "./sources.js";

/** This file names what it looks for. */
const self = "test/repo/names.test.ts";

interface Rule {
  readonly what: string;
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly pattern: RegExp;
}

const text = /(\.(ts|js|mjs|sol|md|json|jsonl|ya?ml|sh|svg)|\.npmrc|\.ci\/run)$/;

const rules: readonly Rule[] = [
  {
    what: "postponed work",
    files: text,
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    except: /^(docs\/|CONTRIBUTING|package-lock)/,
  },
  {
    what: "filler",
    files: text,
    pattern: /in a real implementation|replace with actual|simplified for|for demo purposes/i,
  },
  {
    what: "a pasted ABI",
    files: /\.(ts|js|mjs|json)$/,
    pattern: /"?stateMutability"?:/,
    except: /^(typechain-types|deployments)\//,
  },
  {
    what: "a cast that hides a type",
    files: /\.ts$/,
    pattern: /\bas any\b|\bas unknown as\b/,
    except: /^typechain-types\//,
  },
  { what: "a suppressed type error", files: /\.ts$/, pattern: /@ts-(ignore|nocheck)/, except: /^typechain-types\// },
  { what: "a path of somebody's machine", files: text, pattern: /(^|[\s"'`(=])\/(work|home|root|Users)\/\w/m },
  {
    what: "a package registry",
    files: text,
    pattern: /registry\.npmjs\.org|registry\.yarnpkg\.com|npm\.pkg\.github\.com|_authToken|"resolved":\s*"https?:/,
  },
  {
    what: "a document that is not in the repository (the model is docs/model.md, cited as MODEL 5.3)",
    files: text,
    except: /^test\/vectors\//, // recorded with their own provenance
    pattern: /\b(CONTRACTS|KEEPER|MODEL|STYLE|TOOLCHAIN)\.md\b/,
  },
  { what: "a secret", files: text, pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
];

const findings = ({ files, except, pattern }: Rule): string[] =>
  filesUnder(".", files)
    .filter((file) => file !== self && except?.test(file) !== true)
    .flatMap((file) => {
      const match = pattern.exec(read(file));
      return match === null ? [] : [`${file}: ${match[0].trim()}`];
    });

describe("names", () => {
  it("say what a file is about", () => {
    const vague = filesUnder(".", /(^|\/)(utils?|helpers?|common|misc|stuff|types)(\.[a-z.]+)?(\/|$)/i);
    const allowed = /^(typechain-types\/common\.ts$|contracts\/types\/)/;
    expect(vague.filter((file) => !allowed.test(file))).to.deep.equal([]);
  });

  it("of TypeScript files are kebab-case, of contracts the contract's", () => {
    const typescript = filesUnder(".", /\.ts$/).filter((file) => !/^(typechain-types|deploy)\//.test(file));
    const wrong = typescript.filter((file) => !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.ts$/.test(file));
    const solidity = filesUnder(".", /\.sol$/).filter((file) => !/(^|\/)[A-Z][A-Za-z0-9]*(\.[a-z]+)?\.sol$/.test(file));
    expect([...wrong, ...solidity]).to.deep.equal([]);
  });

  for (const rule of rules) {
    it(`hold no trace of ${rule.what}`, () => {
      expect(findings(rule)).to.deep.equal([]);
    });
  }
});

describe("names: the rules themselves", () => {
  const caught = (what: string, sample: string): boolean =>
    rules.find((rule) => rule.what === what)?.pattern.test(sample) ?? false;

  it("catch a sample of what they forbid", () => {
    expect(caught("postponed work", "// TODO later")).to.equal(true);
    expect(caught("a pasted ABI", '{ "stateMutability": "view" }')).to.equal(true);
    expect(caught("a cast that hides a type", "x as unknown as Y")).to.equal(true);
    expect(caught("a path of somebody's machine", 'open("/home/me/key.json")')).to.equal(true);
    expect(caught("a package registry", '"resolved": "https://example.org/x.tgz"')).to.equal(true);
  });

  it("leave the innocent alone", () => {
    expect(caught("a path of somebody's machine", "see docs/home/page or ~/work")).to.equal(false);
    expect(caught("postponed work", "TODOS is a name")).to.equal(false);
  });
});
