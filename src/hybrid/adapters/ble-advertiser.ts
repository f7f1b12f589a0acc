import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { Env } from "../../core/env.js";
import { advertiseOverBluez } from "./bluez.js";
import type { MessageBus } from "./bluez-bus.js";
import { ServiceUuid } from "../protocol/constants.js";
import { advertiseOverHci, type HciSocket } from "./hci.js";
import type { AdvertisingPdus } from "./advertising-data.js";
import type { Advertiser } from "../ports.js";
import { RadioError } from "./radio-error.js";

export interface LinuxAdvertiserOptions {
  /** The N of hciN; 0 by default. */
  readonly adapter?: number;
  /** `bluez` needs bluetoothd, `hci` must be alone on its adapter; BlueZ where it runs by default. */
  readonly via?: "bluez" | "hci";
  /**
   * `auto` (when absent) sends legacy packets, which every receiver hears, where the advert fits their 31 bytes, and
   * extended ones of Bluetooth 5 otherwise; with a suffix, Android sends `extended` ones.
   */
  readonly pdus?: AdvertisingPdus;
  /** Stand-ins for tests. */
  readonly connectBus?: () => Promise<MessageBus>;
  readonly openHci?: () => Promise<HciSocket>;
}

const OPTIONS = parameters<LinuxAdvertiserOptions>({
  adapter: maybe(arg.count),
  via: maybe(shape.oneOf(["bluez", "hci"])),
  pdus: maybe(shape.oneOf(["auto", "legacy", "extended"])),
  connectBus: maybe(arg.callable),
  openHci: maybe(arg.callable),
});

/** Error codes that show that BlueZ is not usable here, as opposed to a refusal by BlueZ. */
const NO_BLUEZ: readonly string[] = ["NATIVE_MISSING", "RADIO_NO_ADAPTER"];

/**
 * A phone's broadcast on a real controller. Linux only: no other system lets a program choose its service data.
 *
 * @throws {RadioError} from `advertise`, see {@link advertiseOverBluez} and {@link advertiseOverHci}.
 */
export function linuxAdvertiser(env: Env, options: LinuxAdvertiserOptions = {}): Advertiser {
  checkArguments("linuxAdvertiser", { env: [arg.env, env], options: [OPTIONS, options] });
  const { adapter = 0, via, pdus, connectBus, openHci } = options;
  return {
    async advertise(serviceData, { serviceUuid = ServiceUuid.FIDO, connectable } = {}) {
      const service = { uuid: serviceUuid, data: serviceData };
      const overHci = () => advertiseOverHci(env, service, { adapter, pdus, connectable, open: openHci });
      if (via === "hci") return overHci();
      const bluez = { adapter: `hci${adapter}`, pdus, connectable, connect: connectBus };
      try {
        return await advertiseOverBluez(env, service, bluez);
      } catch (error) {
        if (via === "bluez" || !(error instanceof RadioError) || !NO_BLUEZ.includes(error.code)) throw error;
        return overHci();
      }
    },
  };
}
