import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { platform } from "node:os";
import { concat } from "../../core/bytes.js";
import { HarnessError } from "../../core/errors.js";
import type { Trace } from "../../core/trace.js";
import { TransportError } from "../../ctap/transport-error.js";
import type { HidPort } from "./port.js";
import { ReportInbox } from "./report-inbox.js";

/**
 * The machine does not let us at its HID devices; `hint` says what to do.
 *
 * `NATIVE_MISSING` node-hid or a library it needs is not installed; `PERMISSION_DENIED` the operating
 * system keeps the device to others; `DEVICE_BUSY` another program holds it alone; `DEVICE_OPEN_FAILED`
 * none of these.
 */
export class HidAccessError extends HarnessError<
  "NATIVE_MISSING" | "PERMISSION_DENIED" | "DEVICE_BUSY" | "DEVICE_OPEN_FAILED"
> {}

/** For /etc/udev/rules.d/70-fido.rules: systemd grants access to the user at the seat, not to a service. */
export const UDEV_RULE =
  'KERNEL=="hidraw*", SUBSYSTEM=="hidraw", ENV{ID_FIDO_TOKEN}=="1", MODE="0660", GROUP="plugdev", TAG+="uaccess"';

/** What of a device list is used here. */
export interface NodeHidDeviceInfo {
  readonly path?: string | undefined;
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer?: string | undefined;
  readonly product?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly usagePage?: number | undefined;
  readonly usage?: number | undefined;
}

/** What of an open device is used here. */
export interface NodeHidHandle {
  on(event: "data", listener: (data: Uint8Array) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  write(bytes: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** What of the package is used here: the package itself, or a test's stand-in. */
export interface NodeHidModule {
  readonly HIDAsync: { open(path: string): Promise<NodeHidHandle> };
  devicesAsync(): Promise<readonly NodeHidDeviceInfo[]>;
}

/** The operating system as the port sees it; a test brings its own. */
export interface HidHost {
  readonly load: () => Promise<NodeHidModule>;
  readonly platform: () => string;
  /** Rejects with the system's error code when the node cannot be read and written. */
  readonly access: (path: string) => Promise<void>;
}

export interface NodeHidOptions {
  readonly host?: Partial<HidHost>;
  /** Records reports that are not well-formed. */
  readonly trace?: Trace;
}

export const NODE_HID_OPTIONS = parameters<NodeHidOptions>({
  host: maybe(arg.object),
  trace: maybe(arg.having("a trace, such as env.trace,", "emit")),
});

/** An optional peer dependency; a name in a variable lets a bundler leave the import to run time. */
const PACKAGE: string = "node-hid";

const THIS_MACHINE: HidHost = {
  load: () => import(PACKAGE) as Promise<NodeHidModule>,
  platform,
  access: (path) => access(path, constants.R_OK | constants.W_OK),
};

/** hidapi takes the first byte for a report id; FIDO devices number none, so it is zero. */
const NO_REPORT_ID = Uint8Array.of(0);

/**
 * A device by the path the operating system gives it.
 *
 * @throws {HidAccessError} `NATIVE_MISSING`, `PERMISSION_DENIED`, `DEVICE_BUSY`, `DEVICE_OPEN_FAILED`
 * @throws {TransportError} `DEVICE_GONE` when there is no such path any more.
 */
export async function nodeHidPort(path: string, options: NodeHidOptions = {}): Promise<HidPort> {
  checkArguments("nodeHidPort", { path: [shape.text, path], options: [NODE_HID_OPTIONS, options] });
  const host = { ...THIS_MACHINE, ...options.host };
  const { HIDAsync } = await loadNodeHid(host);
  let handle: NodeHidHandle;
  try {
    handle = await HIDAsync.open(path);
  } catch (cause) {
    throw await explainOpenFailure(host, path, cause);
  }
  return new NodeHidPort(path, handle, new ReportInbox({ label: path, trace: options.trace }));
}

/** Every HID device of the machine. @throws {HidAccessError} `NATIVE_MISSING` */
export async function nodeHidDevices(options: NodeHidOptions = {}): Promise<readonly NodeHidDeviceInfo[]> {
  const host = { ...THIS_MACHINE, ...options.host };
  const nodeHid = await loadNodeHid(host);
  try {
    return await nodeHid.devicesAsync();
  } catch (cause) {
    throw nativeMissing(cause) ?? new HidAccessError("DEVICE_OPEN_FAILED", "no device list", { cause });
  }
}

class NodeHidPort implements HidPort {
  readonly label: string;
  readonly #handle: NodeHidHandle;
  readonly #inbox: ReportInbox;
  #closed = false;

  constructor(label: string, handle: NodeHidHandle, inbox: ReportInbox) {
    this.label = label;
    this.#handle = handle;
    this.#inbox = inbox;
    // Subscribe before anything is written: the package neither reads nor buffers reports until a listener exists.
    handle.on("data", (report) => inbox.put(report));
    handle.on("error", (error) => inbox.lose("reading failed", error));
  }

  async write(report: Uint8Array): Promise<void> {
    this.#inbox.checkWrite(report);
    try {
      await this.#handle.write(Buffer.from(concat(NO_REPORT_ID, report)));
    } catch (cause) {
      throw this.#inbox.lose("writing failed", cause);
    }
  }

  reports(): AsyncIterable<Uint8Array> {
    return this.#inbox.reports();
  }

  async close(): Promise<void> {
    this.#inbox.close();
    if (this.#closed) return;
    this.#closed = true;
    // Closing a device that was pulled out fails; there is nothing left to close.
    await this.#handle.close().catch(() => {});
  }
}

async function loadNodeHid(host: HidHost): Promise<NodeHidModule> {
  try {
    return await host.load();
  } catch (cause) {
    throw (
      nativeMissing(cause) ??
      new HidAccessError("NATIVE_MISSING", "the package node-hid cannot be loaded", {
        cause,
        hint: "install it beside this package: npm install node-hid",
      })
    );
  }
}

/** Classifies a load error by its message, the only thing that distinguishes these errors. */
function nativeMissing(cause: unknown): HidAccessError | undefined {
  const { code, message } = asSystemError(cause);
  if (/libusb-1\.0|libudev/.test(message)) {
    return new HidAccessError("NATIVE_MISSING", "node-hid lacks a system library", {
      cause,
      hint: "on Debian and Ubuntu: apt-get install libusb-1.0-0 libudev1",
    });
  }
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    return new HidAccessError("NATIVE_MISSING", "the package node-hid is not installed", {
      cause,
      hint: "install it beside this package: npm install node-hid",
    });
  }
  if (code === "ERR_DLOPEN_FAILED" || /prebuild|native build/i.test(message)) {
    return new HidAccessError("NATIVE_MISSING", "node-hid has no binary that loads on this machine", {
      cause,
      hint: "rebuild it: npm rebuild node-hid",
    });
  }
  return undefined;
}

async function explainOpenFailure(host: HidHost, path: string, cause: unknown): Promise<Error> {
  const missing = nativeMissing(cause);
  if (missing) return missing;
  if (host.platform() === "win32") {
    return new HidAccessError("PERMISSION_DENIED", `${path} cannot be opened`, {
      cause,
      hint: "Windows keeps FIDO devices to administrators: run elevated, or use the phone or a simulated key",
    });
  }
  if (host.platform() === "darwin") {
    return new HidAccessError("DEVICE_BUSY", `${path} cannot be opened`, {
      cause,
      hint: "macOS lets one program at a time open a device: close the browser that uses it",
    });
  }
  const code = await host.access(path).then(
    () => undefined,
    (error: unknown) => asSystemError(error).code,
  );
  switch (code) {
    case "EACCES":
    case "EPERM":
      return new HidAccessError("PERMISSION_DENIED", `${path} belongs to somebody else`, {
        cause,
        hint: `add to /etc/udev/rules.d/70-fido.rules, then plug the key in again: ${UDEV_RULE}`,
      });
    case "ENOENT":
    case "ENODEV":
    case "ENXIO":
      return new TransportError("DEVICE_GONE", `${path} is not there`, { cause });
    case "EBUSY":
      return new HidAccessError("DEVICE_BUSY", `${path} is held by another program`, {
        cause,
        hint: "close the browser or agent that uses the key",
      });
    default:
      return new HidAccessError("DEVICE_OPEN_FAILED", `${path} cannot be opened`, { cause });
  }
}

function asSystemError(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return {
    code: typeof code === "string" ? code : "",
    message: typeof message === "string" ? message : "",
  };
}
