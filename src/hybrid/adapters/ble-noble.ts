import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { AsyncQueue } from "../../core/queue.js";
import { AdvertInbox } from "./advert-inbox.js";
import { ADVERT_BYTES, ServiceUuid } from "../protocol/constants.js";
import { widenHciFilters } from "./hci-filter.js";
import { watchScanningSockets, type ScanningSockets } from "./hci-reset.js";
import type { AdvertScanner, ReceivedAdvert } from "../ports.js";
import { radioFailure, RadioError } from "./radio-error.js";

/** What of a peripheral is used here. */
export interface NoblePeripheral {
  readonly address?: string;
  readonly addressType?: string;
  readonly rssi?: number;
  readonly advertisement?: {
    readonly serviceData?: readonly { readonly uuid: string; readonly data: Uint8Array }[] | undefined;
  };
}

/** What of either package is used here: the package itself, or a test's stand-in. */
export interface Noble {
  /** Reading it for the first time starts the radio, and throws when there is none. */
  readonly state: string;
  on(event: "stateChange", listener: (state: string) => void): unknown;
  on(event: "discover", listener: (peripheral: NoblePeripheral) => void): unknown;
  on(event: "warning", listener: (message: string) => void): unknown;
  removeListener(event: "stateChange", listener: (state: string) => void): unknown;
  removeListener(event: "discover", listener: (peripheral: NoblePeripheral) => void): unknown;
  removeListener(event: "warning", listener: (message: string) => void): unknown;
  startScanning(serviceUuids: string[], allowDuplicates: boolean, done: (error?: Error | null) => void): void;
  stopScanning(): void;
}

const PACKAGES = { abandonware: "@abandonware/noble", stoprocent: "@stoprocent/noble" } as const;

export interface NobleOptions {
  /**
   * Which of the two forks; `abandonware` by default, `stoprocent` brings binaries and speaks to BlueZ. On raw HCI
   * sockets the latter reports a radio as off until the process ends, once it saw it off.
   */
  readonly fork?: keyof typeof PACKAGES;
  /** Stands in for `import` of the package. */
  readonly load?: (name: string) => Promise<unknown>;
}

const OPTIONS = parameters<NobleOptions>({
  fork: maybe(shape.oneOf(["abandonware", "stoprocent"])),
  load: maybe(arg.callable),
});

/** UUIDs as noble writes them. */
const UUIDS: ReadonlyMap<string, number> = new Map(
  Object.values(ServiceUuid).map((uuid) => [uuid.toString(16).padStart(4, "0"), uuid]),
);

/**
 * Listens for phones on a real radio.
 *
 * Asks the stack for everything and picks here: BlueZ and CoreBluetooth filter by listed services, and phones list
 * none. On Windows the packages report no service data. A radio once opened stays so until the process ends: the
 * packages offer no way to release the radio.
 *
 * @throws {RadioError} from the loop: `NATIVE_MISSING`, `RADIO_NO_ADAPTER`, `PERMISSION_DENIED`, `RADIO_OFF`,
 *   `RADIO_FAILED`
 */
export function nobleScanner(options: NobleOptions = {}): AdvertScanner {
  checkArguments("nobleScanner", { options: [OPTIONS, options] });
  // The packages start the radio once: a second try would wait for ever where the first one failed.
  let broken: RadioError | undefined;
  return {
    async *listen(signal) {
      if (broken) throw broken;
      const { noble, sockets } = await openRadio(options, signal).catch((error: unknown) => {
        if (error instanceof RadioError && error.code !== "RADIO_OFF") broken = error;
        throw error;
      });
      const heard = new AdvertInbox();
      const onDiscover = (peripheral: NoblePeripheral) => {
        for (const advert of advertsOf(peripheral)) heard.put(advert);
      };
      const onState = (state: string) => {
        if (state !== "poweredOn") heard.close(stateError(state));
      };
      noble.on("discover", onDiscover);
      noble.on("stateChange", onState);
      const stopWatching = sockets?.onReset(() =>
        heard.close(
          new RadioError("RADIO_OFF", "Bluetooth was switched off and on again, which ended the scan"),
        ),
      );
      try {
        noble.startScanning([], true, (error) => {
          if (error) heard.close(radioFailure(packageOf(options), error));
        });
        yield* heard.until(signal);
      } finally {
        stopWatching?.();
        noble.removeListener("discover", onDiscover);
        noble.removeListener("stateChange", onState);
        noble.stopScanning();
      }
    },
  };
}

/**
 * Loads noble and waits until its radio is on.
 *
 * @throws {RadioError} as {@link nobleScanner}. @throws the signal's reason.
 */
export async function openNoble(options: NobleOptions, signal: AbortSignal): Promise<Noble> {
  const { noble } = await openRadio(options, signal);
  return noble;
}

interface OpenedRadio {
  readonly noble: Noble;
  /** Absent where noble uses the system's own interface. */
  readonly sockets: ScanningSockets | undefined;
}

async function openRadio(options: NobleOptions, signal: AbortSignal): Promise<OpenedRadio> {
  const name = packageOf(options);
  const { noble, sockets } = await loadNoble(name, options.load ?? ((wanted) => import(wanted)));
  const states = new AsyncQueue<string>();
  const onState = (state: string) => states.put(state);
  const onWarning = (message: string) => states.close(radioFailure(name, { message }));
  // Subscribe first: a listener for warnings keeps the package from printing them.
  noble.on("warning", onWarning);
  try {
    let state: string | undefined = noble.state;
    noble.on("stateChange", onState);
    while (state === "unknown" || state === "resetting") state = await states.next(signal);
    if (state !== "poweredOn") throw stateError(state ?? "closed");
    // noble asks once a second, and what it sends to a controller that is off is lost.
    if (sockets?.isOff === true) throw stateError("poweredOff");
    return { noble, sockets };
  } catch (cause) {
    if (cause instanceof RadioError || signal.aborted) throw cause;
    throw radioFailure(name, cause);
  } finally {
    noble.removeListener("stateChange", onState);
    noble.removeListener("warning", onWarning);
  }
}

/** Every piece that may be an advert: a phone may send others beside it, and a suffix behind it. */
function* advertsOf(peripheral: NoblePeripheral): Generator<ReceivedAdvert> {
  const { address, addressType, rssi, advertisement } = peripheral;
  for (const { uuid, data } of advertisement?.serviceData ?? []) {
    const serviceUuid = UUIDS.get(uuid.toLowerCase());
    if (serviceUuid === undefined || data.length < ADVERT_BYTES) continue;
    yield {
      serviceData: Uint8Array.from(data),
      serviceUuid,
      ...((addressType === "public" || addressType === "random") && { addressType }),
      ...(rssi !== undefined && { rssiDbm: rssi }),
      ...(address !== undefined && { address }),
    };
  }
}

function packageOf({ fork = "abandonware" }: NobleOptions): string {
  return PACKAGES[fork];
}

async function loadNoble(name: string, load: (name: string) => Promise<unknown>): Promise<OpenedRadio> {
  // Only Linux has this package below noble; elsewhere noble is bound to the system's own interface.
  const below = await load(name.replace(/\/noble$/, "/bluetooth-hci-socket")).catch(() => undefined);
  widenHciFilters(below);
  const sockets = watchScanningSockets(below);
  try {
    const loaded = (await load(name)) as { readonly default?: Noble };
    return { noble: loaded.default ?? (loaded as Noble), sockets };
  } catch (cause) {
    throw radioFailure(name, cause);
  }
}

/** Words that both packages use for the state of the radio. */
function stateError(state: string): RadioError {
  switch (state) {
    case "poweredOff":
      return new RadioError("RADIO_OFF", "Bluetooth is switched off");
    case "unauthorized":
      return new RadioError("PERMISSION_DENIED", "the system keeps the radio to others");
    case "unsupported":
      return new RadioError("RADIO_NO_ADAPTER", "there is no Bluetooth adapter that speaks Low Energy");
    default:
      return new RadioError("RADIO_FAILED", `the radio is ${state}`);
  }
}
