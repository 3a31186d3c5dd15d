import { DEFAULT_DUTY_CYCLE, DEFAULT_LIMITS, DEFAULT_TARGET_CONFIG } from "../../deploy/defaults.js";
import Bulkhead from "../../deploy/modules/Bulkhead.js";
import { bulkheadParameters, type TargetConfigParameter } from "../../deploy/parameters.js";
import type { DevChain } from "../../keeper/src/lab/chain.js";
import { deployModule } from "../../keeper/src/lab/ignition.js";
import { derivedAddress } from "../../keeper/src/lab/world/orders.js";
import type { Address } from "../../keeper/src/units.js";
import {
  type AaveV3Sentinel,
  AaveV3Sentinel__factory,
  type CircuitBreaker,
  CircuitBreaker__factory,
} from "../../typechain-types/index.js";
import { venueSubject } from "../deploy/bulkhead-fixture.js";

export const HOUR = 3_600;
const ETHER = 10n ** 18n;

/** Oracle and breaker of the real deployment, for one venue, in the hands of those who drill it. */
export interface Drill {
  readonly target: string;
  /** Called by the guardian. */
  readonly breaker: CircuitBreaker;
  readonly sentinel: AaveV3Sentinel;
  /** Trips the target to a level, or past it, for so many seconds. */
  trip(level: number, seconds?: number): Promise<void>;
  /** Lowers the target to a level; to Normal where none is given. */
  release(level?: number): Promise<void>;
  configure(config: Partial<TargetConfigParameter>): Promise<void>;
}

/** Deploy for `venue`; missing scores block nothing unless a drill configures that. */
export async function deployDrill(chain: DevChain, venue: Address): Promise<Drill> {
  const [governance, guardian, riskCouncil] = ["governance", "guardian", "council"].map(derivedAddress) as [
    Address,
    Address,
    Address,
  ];
  const target = venueSubject(31_337n, venue);
  const parameters = bulkheadParameters.parse({
    ...{ governance, guardian, riskCouncil, governanceDelay: 0, slotSeconds: 0, limits: DEFAULT_LIMITS },
    ...{ releaser: governance, grantDelay: 0, targetAdminDelay: 0 },
    ...{ subjects: [], signers: [governance], threshold: 1, modelHash: `0x${"11".repeat(32)}` },
    ...{ heartbeatPeriod: 30 * 24 * HOUR, target, targetConfig: DEFAULT_TARGET_CONFIG, ...DEFAULT_DUTY_CYCLE },
  });
  await chain.setAutomine(false);
  const deployed = await deployModule(chain, Bulkhead, { Bulkhead: parameters });
  await chain.setAutomine(true);
  for (const actor of [governance, guardian]) await chain.setBalance(actor, ETHER);
  const breaker = CircuitBreaker__factory.connect(
    await deployed.breaker.getAddress(),
    await chain.impersonate(guardian),
  );
  const governed = breaker.connect(await chain.impersonate(governance));
  const drill: Drill = {
    ...{ target, breaker },
    sentinel: AaveV3Sentinel__factory.connect(await deployed.sentinel.getAddress(), chain.provider),
    async trip(level, seconds = level === 1 ? 0 : HOUR) {
      await (await breaker.trip(target, level, seconds, "drill")).wait();
    },
    async release(level = 0) {
      await (await governed.release(target, level, "drill")).wait();
    },
    async configure(config) {
      await (await governed.configureTarget(target, { ...DEFAULT_TARGET_CONFIG, ...config })).wait();
    },
  };
  await drill.configure({ stalePolicy: 1 });
  return drill;
}
