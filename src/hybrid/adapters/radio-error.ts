import { HarnessError, type ErrorDetail } from "../../core/errors.js";

/** What keeps a machine from the radio, by name, with what to do about it. */
const FINDINGS = {
  /** A package, or the binary in it, is not there. */
  NATIVE_MISSING: "install it beside this package",
  /** The system has no Bluetooth, or no such adapter. */
  RADIO_NO_ADAPTER:
    "plug in a Bluetooth adapter; in a container or virtual machine, hand one through; --radio udp:HOST:PORT needs none",
  /** The system keeps the radio to others. */
  PERMISSION_DENIED:
    "use --radio bluez, which needs no privileges, run as root, or let node at the radio: sudo setcap cap_net_raw+eip $(readlink -f $(command -v node))",
  /** There, and switched off. */
  RADIO_OFF: "switch Bluetooth on; on Linux: rfkill unblock bluetooth, then bluetoothctl power on",
  /** The radio takes no more of this, or another program holds it. */
  RADIO_BUSY: "stop the other program that advertises, or use another adapter",
  /** More than one packet of this kind carries. */
  RADIO_ADVERT_TOO_LONG: "leave the suffix out: the tunnel does not need it",
  /** The controller or its driver sends and hears legacy advertising only. */
  RADIO_NO_EXTENDED:
    "use an adapter with Bluetooth 5 and LE extended advertising, or leave the suffix out: the tunnel does not need it",
  /** This platform opens no L2CAP channel for this program. */
  RADIO_NO_L2CAP:
    "L2CAP channels need Linux with Bluetooth, and Python 3 as python3; without them the tunnel service carries the messages",
  /** None of these. */
  RADIO_FAILED: undefined,
} as const satisfies Readonly<Record<string, string | undefined>>;

export type RadioFault = keyof typeof FINDINGS;

/** The radio cannot be used; `code` says why and `hint` what to do. Nothing was sent. */
export class RadioError extends HarnessError<RadioFault> {
  constructor(code: RadioFault, message: string, detail: ErrorDetail = {}) {
    const hint = FINDINGS[code];
    super(code, message, { ...(hint !== undefined && { hint }), ...detail });
  }
}

/** System error codes, as sockets and loaders give them. */
const BY_SYSTEM_CODE: Readonly<Record<string, readonly [RadioFault, string]>> = {
  // The kernel was built without Bluetooth, or this is a container that may not see it.
  EAFNOSUPPORT: ["RADIO_NO_ADAPTER", "this system has no Bluetooth"],
  EPROTONOSUPPORT: ["RADIO_NO_ADAPTER", "this system has no Bluetooth"],
  ENODEV: ["RADIO_NO_ADAPTER", "there is no such Bluetooth adapter"],
  EPERM: ["PERMISSION_DENIED", "the system keeps the radio to others"],
  EACCES: ["PERMISSION_DENIED", "the system keeps the radio to others"],
  ENETDOWN: ["RADIO_OFF", "the Bluetooth adapter is switched off"],
  ERFKILL: ["RADIO_OFF", "the Bluetooth adapter is blocked"],
  EBUSY: ["RADIO_BUSY", "another program holds the Bluetooth adapter"],
};

/**
 * Names what a native Bluetooth package threw while it was loaded or started.
 *
 * @param name the package, for the text and the hint.
 */
export function radioFailure(name: string, cause: unknown): RadioError {
  const { code, message } = (cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const text = typeof message === "string" ? message : "";
  const [fault, finding] = BY_SYSTEM_CODE[typeof code === "string" ? code : ""] ?? [];
  if (fault !== undefined && finding !== undefined) return new RadioError(fault, finding, { cause });
  if (code === "ERR_DLOPEN_FAILED" || /\.node\b|node-gyp|native build|prebuild/i.test(text)) {
    // On Linux the binary is in the package below noble, elsewhere in noble itself.
    const packages = name.endsWith("/noble")
      ? `${name} ${name.replace(/noble$/, "bluetooth-hci-socket")}`
      : name;
    return new RadioError("NATIVE_MISSING", `${name} has no binary that loads on this machine`, {
      cause,
      hint: `build it: npm rebuild ${packages}; it needs its install script, a compiler and Python`,
    });
  }
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    const absent = absentPackage(text) ?? name;
    return new RadioError("NATIVE_MISSING", `the package ${absent} is not installed`, {
      cause,
      hint: `install it beside this package: npm install ${absent}`,
    });
  }
  // Raw sockets report in words what the system said.
  if (/not permitted|permission denied/i.test(text)) {
    return new RadioError("PERMISSION_DENIED", "the system keeps the radio to others", { cause });
  }
  if (/network is down/i.test(text))
    return new RadioError("RADIO_OFF", "the adapter is switched off", { cause });
  if (/no such device/i.test(text))
    return new RadioError("RADIO_NO_ADAPTER", "there is no such adapter", { cause });
  return new RadioError("RADIO_FAILED", `${name} failed`, { cause });
}

/** Reads which package the loader missed: npm leaves out the one below noble where its build failed. */
function absentPackage(text: string): string | undefined {
  return /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w-][\w.-]*)'/.exec(text)?.[1];
}
