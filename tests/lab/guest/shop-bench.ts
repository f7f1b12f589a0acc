/** What the guest programs share that play examples/passkey-shop: the example as it is shipped, one trace, and a key that tells. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CtapHandler } from "../../../src/entry/ctap.js";
import { type TraceRecord, startTrace } from "../../../src/entry/diagnosis.js";
import { envFor, systemClock, systemEnv } from "../../../src/entry/sim.js";
import type { SemanticsKey } from "../../page/semantics/semantics-key.js";
import { told } from "./told.js";

export interface Shop {
  readonly url: string;
  readonly passkeys: () => readonly string[];
  readonly close: () => void;
}

/** On an emulated processor the packets of one message may be further apart than a key's half a second. */
export const EMULATED = { reassemblyMs: 20_000 };
/** From the key's being plugged in to udev's having told the browser. */
export const SETTLE_MS = 2_000;

export const records: TraceRecord[] = [];
const write = (record: TraceRecord) => void records.push(record);
export const env = { ...systemEnv(), trace: startTrace(systemClock, { write }) };
env.trace.emit({ kind: "user.saw", where: "page", text: "" });
const zeroEpochMs = Date.now() - (records.pop()?.atMs ?? 0);

/** Returns a time of the browser's as one of the trace's. */
export const traceMs = (epochMs: number): number => epochMs - zeroEpochMs;

/** Starts the example. It is not in the bundle, and its packages are read from node_modules. */
export async function startShop(options: { readonly fixed: boolean }): Promise<Shop> {
  const example = pathToFileURL(join(process.cwd(), "examples/passkey-shop/site.mjs")).href;
  const site = (await import(example)) as { readonly startShop: (of: typeof options) => Promise<Shop> };
  return site.startShop(options);
}

/** A key whose messages are in the trace; of the browser, which records nothing, its first message tells that it has reached it. */
export function tellingKey(key: SemanticsKey) {
  const own = envFor(env, "key");
  const heard = told(own, key.handle);
  let isOpen = false;
  const cbor: CtapHandler = (request, options) => {
    if (!isOpen) own.trace.emit({ kind: "link.opened", link: "usb" });
    isOpen = true;
    return heard(request, options);
  };
  return {
    env: own,
    firmware: { ...key.firmware, cbor },
    /** Lets the next message tell again that the browser has reached the key. */
    renew: () => {
      isOpen = false;
    },
  };
}
