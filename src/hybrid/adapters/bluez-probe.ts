import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import { adapterPath, BluezBus, BLUEZ_ANSWER_MS, type MessageBus } from "./bluez-bus.js";

export interface BluezProbeOptions {
  /** The N of hciN; 0 by default. */
  readonly adapter?: number;
  /** Stand-in for tests; the system bus by default. */
  readonly connectBus?: (() => Promise<MessageBus>) | undefined;
}

const OPTIONS = parameters<BluezProbeOptions>({
  adapter: maybe(arg.count),
  connectBus: maybe(arg.callable),
});

/** What BlueZ says of an adapter that is on. */
export interface BluezAdapter {
  /** Adverts that it still sends beside those on the air; 0: it sends none. */
  readonly freeAdverts: number;
  /** Whether it sends adverts of more than 31 bytes. */
  readonly extended: boolean;
}

/**
 * Asks BlueZ what an adapter can do, and changes nothing.
 *
 * @throws {RadioError} `NATIVE_MISSING`, `RADIO_NO_ADAPTER`, `PERMISSION_DENIED`, `RADIO_OFF`, `RADIO_FAILED`.
 *   @throws {TimeoutError} of `radio.bluez`.
 */
export async function probeBluez(env: Env, options: BluezProbeOptions = {}): Promise<BluezAdapter> {
  checkArguments("probeBluez", { env: [arg.env, env], options: [OPTIONS, options] });
  const { adapter = 0, connectBus } = options;
  const path = adapterPath(`hci${adapter}`);
  const bus = await BluezBus.open(connectBus);
  try {
    const budget = { timer: "radio.bluez", budgetMs: BLUEZ_ANSWER_MS, aftermath: "none" } as const;
    return await within(env, budget, async () => {
      await bus.demandPower(path);
      const known = await bus.allProperties(path, "org.bluez.LEAdvertisingManager1");
      const free = known.get("SupportedInstances");
      const channels = known.get("SupportedSecondaryChannels");
      return {
        freeAdverts: typeof free === "number" ? free : 0,
        extended: Array.isArray(channels) && channels.length > 0,
      };
    });
  } finally {
    bus.close();
  }
}
