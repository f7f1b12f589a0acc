import { sleep } from "../core/clock.js";
import { envFor, type Env } from "../core/env.js";
import { utf8 } from "../core/bytes.js";
import { drawFraction } from "../core/entropy.js";
import { CtapCommand } from "../ctap/command.js";
import type { CtapDevice, CtapHandler } from "../ctap/device.js";
import { CtapStatus } from "../ctap/status.js";
import type { LinkOptions } from "../transports/hid/link.js";
import { SimAuthenticator } from "./authenticator/authenticator.js";
import type { Background } from "../core/background.js";
import { SimBrowser, type BrowserDeps } from "./browser/browser.js";
import type { CredentialStore } from "./authenticator/store/credential-store.js";
import { AuthenticatorSet } from "./authenticator-set.js";
import { UsbPort } from "./hid/usb-port.js";
import { siteOfProcess } from "./browser/site-of-process.js";
import { BrowserProcess } from "./browser/browser-process.js";
import type { KnobOverrides, Knobs } from "./knobs/knobs.js";
import type { LedgerKey } from "../diagnosis/ledger.js";
import { LoopbackDevice } from "./loopback.js";
import { SimPage } from "./browser/page.js";
import { OrderedCredentialStore } from "./authenticator/store/lagging-store.js";
import { PinEntry } from "./browser/pin-entry.js";
import { ownTransports, profileFor, withLiveBackup } from "./profile-for.js";
import { ownDeviceOf, softwareDevice, transportFor, withinReach } from "./reach.js";
import type { SitePort } from "./rp/site-port.js";
import { simulatedUser, type SimUser } from "./user.js";

/**
 * Holds a user, a browser, a page, an authenticator and the transport between them: everything of a world but its site.
 */
export interface ClientPlatform {
  /** Of the browser that runs now. */
  readonly browserProcess: BrowserProcess;
  /** The same site on another user's device, with no authenticator of this user in reach. */
  readonly helperPage: SimPage;
  /** The key's socket on the computer. */
  readonly usbPort: UsbPort;
  readonly key: SimAuthenticator;
  readonly store: CredentialStore;
  /** Lists, for the ledger, the credentials on every authenticator of the user. */
  readonly ledgerKeys: () => readonly LedgerKey[];
  /** Applies knobs that were set in the middle of a run; most are read anew whenever they matter. */
  readonly knobsChanged: (overrides: KnobOverrides) => void;
}

export interface ClientPlatformDeps {
  readonly knobs: () => Knobs;
  readonly background: Background;
  readonly site: SitePort;
  /** The site as the other user's browser reaches it, with cookies of its own; the same site when absent. */
  readonly helperSite?: SitePort;
  readonly origin: string;
  /** How much of a CTAPHID report the trace gets; `headers` by default. */
  readonly frames?: LinkOptions["frames"];
  /** An authenticator of the caller's, a real one perhaps, in place of the simulated ones. */
  readonly device?: () => Promise<CtapDevice | undefined>;
  /** Replaces the profile that `client.profile` names; that profile itself when absent. */
  readonly clientProfile?: BrowserDeps["clientProfile"];
}

const KEY = "key";

/** Creates the client side of a world; no ceremony starts until a user presses a button on the page. */
export function createClientPlatform(env: Env, deps: ClientPlatformDeps): ClientPlatform {
  const { knobs, background, origin, site, helperSite = site, frames, clientProfile } = deps;
  const pin = drawPin(env);
  const store = storeOf(env, knobs(), pin);
  const user = userFor(env, knobs);
  const { transport } = knobs().key;
  const profile = withLiveBackup(profileFor(knobs()), knobs);
  const key = new SimAuthenticator(envFor(env, KEY), { profile, store, user, transport });
  const keys = new AuthenticatorSet(env, { knobs, user, key, store, name: KEY });
  const handler = handlerOf(env, keys, { knobs, background });
  const powerCycle = () => key.powerCycle();
  const usbPort = new UsbPort(env, {
    knobs,
    handler,
    apduHandler: keys.handleU2f,
    powerCycle,
    label: KEY,
    frames,
  });
  const clientTransport = transportFor({ env, knobs, background, keys, usbPort });
  const rpId = new URL(origin).hostname;
  const ownDevice = ownDeviceOf(env, { knobs, keys, rpId });
  const device = withinReach(env, { knobs, ownDevice, open: deps.device ?? clientTransport.open });
  const phonePage = openTab(env, {
    knobs,
    site,
    origin,
    name: "phone",
    clientProfile,
    device: async () =>
      new LoopbackDevice(envFor(env, "phone-link"), handler, {
        label: KEY,
        reachableBy: ownTransports(profileFor(knobs())),
      }),
  });
  const pinEntry = new PinEntry(envFor(env, "browser"), { knobs, pin });
  const browserProcess = new BrowserProcess(env, usbPort, (life) => {
    const own = life.env;
    const browser = new SimBrowser(envFor(own, "browser"), {
      knobs,
      origin,
      device,
      nextPlugged: () => usbPort.nextPlugged(),
      vault: {
        device: () => softwareDevice(env, { knobs, keys, which: "vault" }),
        holds: (allowed) => keys.holds("vault", rpId, allowed),
      },
      pin: (attempt) => pinEntry.type(attempt),
      clientProfile,
    });
    return {
      browser,
      page: new SimPage(envFor(own, "page"), {
        knobs,
        browser,
        site: siteOfProcess(site, life),
        other: () => phonePage,
      }),
    };
  });
  const helperTab = { knobs, site: helperSite, origin, name: "helper", clientProfile };
  return {
    browserProcess,
    helperPage: openTab(env, { ...helperTab, device: async () => undefined }),
    usbPort,
    key,
    store,
    ledgerKeys: () => keys.ledgerKeys,
    knobsChanged: (overrides) => {
      clientTransport.knobsChanged(overrides);
      keys.knobsChanged(overrides);
    },
  };
}

/** Reads the knobs of the user's behaviour anew for every prompt, so that a knob set in between counts. */
function userFor(env: Env, knobs: () => Knobs): SimUser {
  const own = envFor(env, "user");
  let badFingers = 0;
  return {
    answer(prompt, signal) {
      const { touchDelayMs, decision, picksAccount } = knobs().key;
      const behaviour =
        touchDelayMs === null ? { walksAway: true } : allGestures(touchDelayMs, { picksAccount });
      if (prompt.kind === "verify" && badFingers < knobs().uv.bad) {
        badFingers += 1;
        const verify = { does: "uses-wrong-finger" } as const;
        return simulatedUser(own, { ...behaviour, prompts: { verify } }).answer(prompt, signal);
      }
      return simulatedUser(own, { ...behaviour, refuses: decision === "decline" }).answer(prompt, signal);
    },
  };
}

/** Gives every gesture the same delay: the user takes `key.touchDelayMs` whatever the authenticator asks for. */
function allGestures(delayMs: number, { picksAccount }: { readonly picksAccount: number }) {
  return {
    touchMs: delayMs,
    verifyMs: delayMs,
    chooseMs: delayMs,
    prompts: { "choose-account": { account: picksAccount } },
  };
}

interface TabDeps {
  readonly knobs: () => Knobs;
  readonly site: SitePort;
  readonly origin: string;
  readonly name: string;
  readonly device: () => Promise<CtapDevice | undefined>;
  readonly clientProfile: BrowserDeps["clientProfile"];
}

/** The site in a browser of its own, on another screen. */
function openTab(env: Env, { knobs, site, origin, name, device, clientProfile }: TabDeps): SimPage {
  const browser = new SimBrowser(envFor(env, `${name}-browser`), {
    knobs,
    origin,
    device,
    pin: async () => undefined,
    clientProfile,
  });
  return new SimPage(envFor(env, `${name}-page`), { knobs, browser, site });
}

interface HandlerDeps {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

/**
 * Handles requests of the transport to the authenticator; an authenticator that ignores CANCEL continues without a
 * waiting client.
 */
function handlerOf(
  env: Env,
  key: Pick<AuthenticatorSet, "handle">,
  { knobs, background }: HandlerDeps,
): CtapHandler {
  const handle: CtapHandler = async (request, options = {}) => {
    const { ignoresCancel, createMs } = knobs().key;
    const { signal, ...nonCancellable } = options;
    const response = await key.handle(
      request,
      ignoresCancel ? nonCancellable : { ...nonCancellable, signal },
    );
    const created = request[0] === CtapCommand.makeCredential && response[0] === CtapStatus.OK;
    if (created) await sleep(env.clock, createMs, "key.create");
    return response;
  };
  return (request, options) => background.add(handle(request, options));
}

const PIN_DIGITS = 6;
const PIN_HASH_BYTES = 16;

/** Draws the PIN that the authenticator and the user know, so that no file has to hold a PIN. */
function drawPin(env: Env): string {
  const entropy = env.entropy.fork("pin");
  return Array.from({ length: PIN_DIGITS }, () => Math.floor(drawFraction(entropy) * 10)).join("");
}

function storeOf(env: Env, { key }: Knobs, pin: string): OrderedCredentialStore {
  const store = new OrderedCredentialStore(env.clock, 0);
  if (!key.pinSet) return store;
  // @see CTAP 2.3 §6.5.5.5 (setPin stores the first 16 bytes of the PIN's SHA-256)
  const pinHash = env.crypto.sha256(utf8(pin)).slice(0, PIN_HASH_BYTES);
  store.remember({ pinHash, pinCodePoints: PIN_DIGITS, pinRetries: key.pinRetries });
  return store;
}
