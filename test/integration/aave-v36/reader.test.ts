import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { type BlockReader, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { readAccounts } from "../../../keeper/src/venues/aave-accounts.js";
import { readReserves } from "../../../keeper/src/venues/aave-reserves.js";
import { readBigint } from "../world/fixture.js";
import { loadAaveV36 } from "./deploy.js";
import { borrower, type Market, looper, reserveOf, sinking, startMarket, stranger } from "./market.js";

const debtTokenAbi = loadAaveV36("instances/VariableDebtTokenInstance").abi;

/** Aave v3.6 has no debt at a stable rate, and no tokens of it. */
describe("Aave v3.6 through the keeper's lenses", () => {
  let market: Market;
  before(async () => void (market = await startMarket()));
  after(() => market.chain.close());

  const reader = async (): Promise<BlockReader> => {
    const { chain } = market;
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
    return pool.at(await pool.head());
  };
  const listed = async () => (await readReserves(await reader(), market.aave.pool.address)).reserves;

  it("default: reserves are read, without stable debt", async () => {
    const { aave, chain } = market;
    const reserves = await listed();
    const symbols = ["WETH", "USDC", "wstETH"].map((symbol) => reserveOf(aave, symbol));
    expect(reserves.map(({ asset }) => asset)).to.deep.equal(symbols.map(({ token }) => token.address).toSorted());
    for (const { token, id, aToken, ltvBps } of symbols) {
      const seen = reserves.find(({ asset }) => asset === token.address)!;
      expect(seen).to.deep.include({ id, ltvBps, aToken: aToken.address, stableDebt: ZeroAddress });
      expect([seen.stablePrincipal, seen.stableRate, seen.stableUpdatedAt]).to.deep.equal([0n, 0n, 0n]);
      const debt = { name: "variable debt", address: seen.variableDebt, abi: debtTokenAbi };
      expect(seen.scaledDebt).to.equal(await readBigint(chain, debt, "scaledTotalSupply"));
      expect(seen.scaledSupply).to.equal(await readBigint(chain, aToken, "scaledTotalSupply"));
      expect(seen.price).to.equal(await readBigint(chain, aave.oracle, "getAssetPrice", [token.address]));
    }
  });

  it("default: so are accounts, e-modes included", async () => {
    const { aave, chain } = market;
    const reserves = await listed();
    const accounts = await readAccounts(await reader(), { pool: aave.pool.address, reserves }, [
      borrower,
      sinking,
      looper,
      stranger,
    ]);
    expect(accounts.map(({ positions }) => positions.length)).to.deep.equal([2, 2, 2, 0]);
    for (const { account, eMode, positions } of accounts) {
      expect(BigInt(eMode)).to.equal((await read(chain, aave.pool, "getUserEMode", [account]))[0]);
      for (const { id, supplied, owed, stable } of positions) {
        const reserve = reserves.find((each) => each.id === id)!;
        const scaled = (address: typeof reserve.aToken) =>
          readBigint(chain, { name: "token", address, abi: debtTokenAbi }, "scaledBalanceOf", [account]);
        expect([supplied, owed]).to.deep.equal([await scaled(reserve.aToken), await scaled(reserve.variableDebt)]);
        expect(supplied + owed > 0n).to.equal(true);
        expect(stable).to.equal(undefined);
      }
    }
  });
});
