import { attachedKey } from "./attached-key.js";
import { until } from "../../../lab/services/until.js";
import { type TraceSink, startTrace } from "../../../src/entry/diagnosis.js";
import { type UsbDeviceInfo, usbDevices } from "../../../src/entry/hid.js";
import {
  type AuthenticatorProfile,
  CredentialStore,
  type Env,
  type ExposeUhidOptions,
  type ExposedUhidDevice,
  SimAuthenticator,
  type UserBehaviour,
  envFor,
  exposeUhid,
  firmwareOf,
  fitForUhid,
  simulatedUser,
  profileNamed,
  systemClock,
  systemEnv,
} from "../../../src/entry/sim.js";

export interface KeyOptions {
  readonly profile?: string;
  readonly different?: Partial<AuthenticatorProfile>;
  readonly serial?: string;
  readonly knobs?: ExposeUhidOptions["knobs"];
}

/** How the key comes to be a key of the guest: `LAB_KEY=usbip` for a USB bus, `/dev/uhid` otherwise. */
export const ON_USBIP = process.env["LAB_KEY"] === "usbip";

/** On an emulated processor the packets of one message may be further apart than a key's half a second. */
const EMULATED = { reassemblyMs: 20_000 };

/** Somebody who is at the key and touches it at once. */
export const PROMPT: UserBehaviour = { touchMs: 20, verifyMs: 20, chooseMs: 20 };

/** A simulated key that the guest's own kernel shows to every program, and the person beside it. */
export class KeyOfThisMachine {
  /** What the person is like; a check may change it. */
  behaviour: UserBehaviour = PROMPT;
  readonly env: Env;
  readonly key: SimAuthenticator;
  exposed!: ExposedUhidDevice;

  private constructor(sink: TraceSink, { profile = "ctap23", different }: KeyOptions) {
    this.env = { ...systemEnv(), trace: startTrace(systemClock, sink) };
    const person = envFor(this.env, "user");
    const wanted = { ...profileNamed(profile), ...different };
    this.key = new SimAuthenticator(envFor(this.env, "key"), {
      profile: ON_USBIP ? wanted : fitForUhid(wanted),
      store: new CredentialStore(),
      user: { answer: (prompt, signal) => simulatedUser(person, this.behaviour).answer(prompt, signal) },
    });
  }

  static async plugIn(sink: TraceSink, options: KeyOptions = {}): Promise<KeyOfThisMachine> {
    const made = new KeyOfThisMachine(sink, options);
    const expose = ON_USBIP ? attachedKey : exposeUhid;
    made.exposed = await expose(envFor(made.env, "key"), firmwareOf(made.key), {
      identity: { serial: options.serial ?? "lab-1" },
      knobs: { ...EMULATED, ...options.knobs },
    });
    return made;
  }

  get store(): CredentialStore {
    return this.key.store;
  }

  /** As the machine lists it, once it does. */
  listed(): Promise<UsbDeviceInfo> {
    return listedAs(this.exposed.identity.serial);
  }
}

export function listedAs(serial: string): Promise<UsbDeviceInfo> {
  return until(`the key ${serial} is listed`, {
    withinMs: 10_000,
    probe: async () => (await usbDevices()).find(({ serialNumber }) => serialNumber === serial),
  });
}

export function goneFromList(serial: string): Promise<true> {
  return until(`the key ${serial} is not listed any more`, {
    withinMs: 10_000,
    probe: async () => (await usbDevices()).every(({ serialNumber }) => serialNumber !== serial) || undefined,
  });
}
