import { envFor, type Env, type VirtualEnv } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { CtapDevice } from "../../src/ctap/device.js";
import { startStateAssisted } from "../../src/hybrid/state-assisted.js";
import type { LinkedPhone } from "../../src/hybrid/protocol/linking.js";
import type { AdvertScanner, TunnelDialer } from "../../src/hybrid/ports.js";
import type { StoreSnapshot } from "../../src/sim/authenticator/store/credential-store.js";
import type { HidKnobs } from "../../src/sim/hid/hid-knobs.js";
import { simHidPort } from "../../src/sim/hid/sim-hid.js";
import { openHidDevice } from "../../src/transports/hid/channel.js";
import type { HidPort } from "../../src/transports/hid/port.js";
import { HybridBench } from "../hybrid/hybrid-bench.js";
import { pooledCrypto } from "../helpers/pooled-crypto.js";
import { plainProfile, WatchedKey, type Deeds } from "./watched-key.js";

export type Road = "usb" | "qr" | "linked";

/** What may be put between the client and the authenticator. */
export interface Interference {
  readonly hid?: Partial<HidKnobs>;
  readonly port?: (env: VirtualEnv, port: HidPort) => HidPort;
  readonly dialer?: (env: VirtualEnv, dialer: TunnelDialer) => TunnelDialer;
  readonly scanner?: (env: VirtualEnv, scanner: AdvertScanner) => AdvertScanner;
}

export interface World {
  readonly env: VirtualEnv;
  /** The browser's. */
  readonly browser: Env;
  /** What the authenticator has done up to now. */
  readonly deeds: () => Deeds;
  /** Opens the way to the authenticator. @throws as the transport does. */
  readonly open: () => Promise<CtapDevice>;
}

const crypto = pooledCrypto();
/** Long tables need no trace: what is compared is the error and the store. */
const NO_TRACE = { write: () => {} };
const USB_PROFILE = plainProfile("generic");
const PHONE_PROFILE = plainProfile("phone");

/** One client and one authenticator with these credentials, anew for every run. */
export function worldOn(road: Road, snapshot: StoreSnapshot, between: Interference = {}): World {
  if (road === "usb") return usbWorld(snapshot, between);
  return phoneWorld(road, snapshot, between);
}

function usbWorld(snapshot: StoreSnapshot, { hid = {}, port = (_, plain) => plain }: Interference): World {
  const env = { ...virtualEnv("aftermath", NO_TRACE), crypto };
  const key = new WatchedKey(env, USB_PROFILE, snapshot);
  const plain = simHidPort(envFor(env, "port"), { cbor: key.handle }, hid);
  return {
    env,
    browser: envFor(env, "browser"),
    deeds: () => key.deeds,
    open: () => openHidDevice(envFor(env, "link"), port(env, plain)),
  };
}

function phoneWorld(road: "qr" | "linked", snapshot: StoreSnapshot, between: Interference): World {
  const reached = { asLinked: false };
  const bench: HybridBench = new HybridBench({
    crypto,
    seed: "aftermath",
    phone: { offersLink: road === "linked" },
    handle: (request, options) => key.handle(request, options),
    // The link itself is made before anything goes wrong.
    dialer: (dialer) => (reached.asLinked ? (between.dialer?.(bench.env, dialer) ?? dialer) : dialer),
    scanner: (scanner) => (reached.asLinked ? (between.scanner?.(bench.env, scanner) ?? scanner) : scanner),
  });
  const key = new WatchedKey(bench.env, PHONE_PROFILE, snapshot);
  const open = async (): Promise<CtapDevice> => {
    const phone = road === "linked" ? await linkTo(bench) : undefined;
    reached.asLinked = true;
    if (phone) return startStateAssisted(bench.client, bench.ports, phone).device;
    const { device, qr } = bench.invite();
    void bench.scan(qr);
    return device;
  };
  return { env: bench.env, browser: bench.client, deeds: () => key.deeds, open };
}

/** Pairs with the phone in a session that asks for nothing but what it brings along. */
async function linkTo(bench: HybridBench): Promise<LinkedPhone> {
  const links: LinkedPhone[] = [];
  const { device, qr } = bench.invite({ onLinked: (phone) => links.push(phone) });
  void bench.scan(qr);
  await device.ready();
  await device[Symbol.asyncDispose]();
  device.hangUp();
  await device.ended;
  return links[0] as LinkedPhone;
}
