import type { Env } from "../../src/core/env.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { firmwareOf } from "../../src/sim/hid/firmware-of.js";
import { HidResponder } from "../../src/sim/hid/responder.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import type { HidHost, NodeHidDeviceInfo } from "../../src/transports/hid/node-hid.js";
import { FakeHidHandle, fakeHidHost } from "./fake-node-hid.js";

/** A simulated key, and what a list of devices says of it. */
export interface KeyToPlugIn {
  readonly path: string;
  readonly serialNumber?: string;
  readonly profile?: string;
  readonly product?: string;
}

/** Simulated keys behind a stand-in for node-hid, to be plugged in and out while a test runs. */
export class UsbPorts {
  readonly #env: Env;
  readonly #devices = new Map<string, NodeHidDeviceInfo>();
  readonly #handles = new Map<string, FakeHidHandle>();
  /** Each reading of the list of devices is told here. */
  onList: () => void = () => {};
  listings = 0;

  constructor(env: Env) {
    this.#env = env;
  }

  get host(): HidHost {
    const list = () => {
      this.listings++;
      this.onList();
      return [...this.#devices.values()];
    };
    const load = async () => {
      const present = fakeHidHost({ handles: Object.fromEntries(this.#handles) });
      return { ...(await present.load()), devicesAsync: async () => list() };
    };
    return { ...fakeHidHost({}), load };
  }

  /** Puts a new key, or one that was in another port, into a port. */
  plugIn({ path, profile = "generic", product = "Key", serialNumber }: KeyToPlugIn): SimAuthenticator {
    const env = this.#env;
    const key = new SimAuthenticator(env, {
      profile: profileNamed(profile),
      store: new CredentialStore(),
      user: simulatedUser(env, { touchMs: 1 }),
    });
    const handle = new FakeHidHandle();
    const responder = new HidResponder(env, firmwareOf(key), {
      emit: (report) => handle.emit("data", Buffer.from(report)),
    });
    handle.on("written", (bytes: Uint8Array) => responder.receive(bytes.subarray(1)));
    this.#handles.set(path, handle);
    this.#devices.set(path, {
      path,
      vendorId: 0x15d9,
      productId: 0x0a37,
      product,
      usagePage: 0xf1d0,
      usage: 1,
      ...(serialNumber !== undefined && { serialNumber }),
    });
    return key;
  }

  unplug(path: string): void {
    this.#devices.delete(path);
    const handle = this.#handles.get(path);
    if (handle === undefined) return;
    handle.failWrites = new Error("no such device");
    handle.emit("error", new Error("no such device"));
    this.#handles.delete(path);
  }
}
