import { sleep } from "../core/clock.js";
import { envFor, virtualEnv, type VirtualEnv } from "../core/env.js";
import { MemorySink, type TraceSink } from "../core/trace.js";
import { utf8 } from "../core/bytes.js";
import { drawFraction } from "../core/entropy.js";
import { CtapCommand } from "../ctap/command.js";
import type { CtapDevice, CtapHandler } from "../ctap/device.js";
import { CtapStatus } from "../ctap/status.js";
import { defaultCrypto } from "../crypto/default.js";
import type { LinkOptions } from "../transports/hid/link.js";
import { SimAuthenticator } from "./authenticator.js";
import { Background } from "./background.js";
import { SimBrowser } from "./browser.js";
import { CredentialStore } from "./credential-store.js";
import { Visitor } from "./factors/visitor.js";
import { HybridRoad } from "./hybrid-road.js";
import { KeysAtHand } from "./keys-at-hand.js";
import { KeyCable } from "./key-cable.js";
import { HostPrograms } from "./host-programs.js";
import { parseKnobs, parseTurns, withKnobs, type KnobOverrides, type Knobs } from "./knobs.js";
import { Ledger } from "./ledger.js";
import { moodyLink } from "./moody-link.js";
import { LoopbackDevice } from "./loopback.js";
import { SimMail } from "./mail.js";
import { SimPage } from "./page.js";
import type { AllowedCredential } from "./operating-system.js";
import { PinTypist } from "./pin-typist.js";
import { profileFor } from "./profile-for.js";
import { SimSite } from "./site.js";
import { habitualUser, type SimUser } from "./user.js";

/** A person, a browser, a page, a key and a site, on one clock. */
export interface World {
  readonly env: VirtualEnv;
  readonly page: SimPage;
  /** The same site on somebody else's device, with no authenticator of this person's in reach. */
  readonly helperPage: SimPage;
  /** The person at the site's other doors. */
  readonly visitor: Visitor;
  readonly browser: SimBrowser;
  /** The key's socket on the computer. */
  readonly cable: KeyCable;
  /** The browser as a process: it may quit. */
  readonly programs: HostPrograms;
  readonly site: SimSite;
  readonly mail: SimMail;
  readonly key: SimAuthenticator;
  readonly store: CredentialStore;
  readonly knobs: Knobs;
  /** Turns knobs for whatever happens next; what already runs keeps its settings. @throws {KnobError} */
  turn(overrides: KnobOverrides): void;
  /** The books as they are now, from the stores themselves. */
  ledger(): Ledger;
  /** Work nobody in the script waits for. */
  readonly background: Background;
  /** Resolves when nothing is under way: mails, commits, prompts nobody waits for. */
  settled(): Promise<void>;
}

export interface WorldOptions {
  /** Where the trace goes; kept in `env.records` when absent. */
  readonly sink?: TraceSink;
  /** How much of a CTAPHID report the trace gets; `headers` by default. */
  readonly frames?: LinkOptions["frames"];
}

const RP_ID = "shop.example";
const ORIGIN = `https://${RP_ID}`;
const KEY = "key";

/**
 * A world in a box: the same seed and the same knobs give the same bytes and the same trace.
 *
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export function simWorld(seed: string, overrides: KnobOverrides = {}, options: WorldOptions = {}): World {
  const env = virtualEnv(seed, options.sink ?? new MemorySink());
  const background = new Background();
  let turned = parseKnobs(overrides);
  let current = withKnobs(turned);
  const knobs = () => current;

  const mail = new SimMail(envFor(env, "mail"), { knobs, background });
  const site = new SimSite(envFor(env, "site"), { knobs, background, mail, origin: ORIGIN, rpId: RP_ID });
  const pin = drawPin(env);
  const store = storeOf(current, pin);
  const user = personAt(env, knobs);
  const { transport } = current.key;
  const key = new SimAuthenticator(envFor(env, KEY), {
    profile: profileFor(current),
    store,
    user,
    transport,
  });
  const keys = new KeysAtHand(env, { knobs, user, key, store, name: KEY });
  const handler = handlerOf(env, keys, { knobs, background });
  const cable = new KeyCable(env, {
    knobs,
    handler,
    powerCycle: () => key.powerCycle(),
    label: KEY,
    frames: options.frames,
  });
  let phone: HybridRoad | undefined;
  const callPhone = async () => {
    phone ??= new HybridRoad(env, { knobs, handle: keys.handle, background });
    return phone.device();
  };
  const wired = moodyLink(env, { knobs, open: () => cable.device() });
  const open = current.link.road === "hybrid" ? callPhone : wired;
  const device = withinReach(env, { knobs, open });
  const tabs = { knobs, site, origin: ORIGIN };
  const phonePage = tabOn(env, {
    ...tabs,
    name: "phone",
    device: async () => new LoopbackDevice(envFor(env, "phone-link"), handler, { label: KEY }),
  });
  const typist = new PinTypist(envFor(env, "browser"), { knobs, pin });
  const programs = new HostPrograms(env, cable, (own) => {
    const browser = new SimBrowser(envFor(own, "browser"), {
      knobs,
      origin: ORIGIN,
      device,
      nextPlugged: () => cable.nextPlugged(),
      pin: (attempt) => typist.type(attempt),
    });
    return {
      browser,
      page: new SimPage(envFor(own, "page"), { knobs, browser, site, other: () => phonePage }),
    };
  });

  return {
    env,
    get page() {
      return programs.running.page;
    },
    get browser() {
      return programs.running.browser;
    },
    cable,
    programs,
    helperPage: tabOn(env, { ...tabs, name: "helper", device: async () => undefined }),
    visitor: new Visitor(envFor(env, "page"), { knobs, desk: site.factors }),
    site,
    mail,
    key,
    store,
    get knobs() {
      return current;
    },
    turn(more) {
      turned = { ...turned, ...parseTurns(more) };
      current = withKnobs(turned);
    },
    ledger: () => booksOf({ keys, site, mail }),
    background,
    settled: () => background.settled(),
  };
}

/** Reads the person's habits anew for every prompt, so that a knob turned in between counts. */
function personAt(env: VirtualEnv, knobs: () => Knobs): SimUser {
  const own = envFor(env, "person");
  let badFingers = 0;
  return {
    answer(prompt, signal) {
      const { touchDelayMs, decision, picksAccount } = knobs().key;
      const habits =
        touchDelayMs === null ? { walksAway: true } : allGestures(touchDelayMs, { picksAccount });
      if (prompt.kind === "verify" && badFingers < knobs().uv.bad) {
        badFingers += 1;
        const verify = { does: "uses-wrong-finger" } as const;
        return habitualUser(own, { ...habits, prompts: { verify } }).answer(prompt, signal);
      }
      return habitualUser(own, { ...habits, refuses: decision === "decline" }).answer(prompt, signal);
    },
  };
}

/** Whatever the key asks for, `key.touchDelayMs` is how long the person takes. */
function allGestures(delayMs: number, { picksAccount }: { readonly picksAccount: number }) {
  return {
    touchMs: delayMs,
    verifyMs: delayMs,
    chooseMs: delayMs,
    prompts: { "choose-account": { account: picksAccount } },
  };
}

type Reach = (allowed?: readonly AllowedCredential[]) => Promise<CtapDevice | undefined>;

/** An authenticator on another device is found only by a browser that may offer a QR code. */
function withinReach(
  env: VirtualEnv,
  { knobs, open }: { readonly knobs: () => Knobs; readonly open: () => Promise<CtapDevice | undefined> },
): Reach {
  return async (allowed = []) => {
    const local = allowed.length > 0 && allowed.every(namesOnlyOtherRoads);
    if (!knobs().key.elsewhere || !local) return open();
    env.trace.as("browser").emit({ kind: "user.saw", where: "os", text: "Insert your security key" });
    return undefined;
  };
}

/** Without any word on transports a browser offers everything. */
function namesOnlyOtherRoads({ transports = [] }: AllowedCredential): boolean {
  return transports.length > 0 && !transports.includes("hybrid");
}

interface TabParts {
  readonly knobs: () => Knobs;
  readonly site: SimSite;
  readonly origin: string;
  readonly name: string;
  readonly device: () => Promise<CtapDevice | undefined>;
}

/** The site in a browser of its own, on another screen. */
function tabOn(env: VirtualEnv, { knobs, site, origin, name, device }: TabParts): SimPage {
  const browser = new SimBrowser(envFor(env, `${name}-browser`), {
    knobs,
    origin,
    device,
    pin: async () => undefined,
  });
  return new SimPage(envFor(env, `${name}-page`), { knobs, browser, site });
}

interface HandlerParts {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

/** The key as its link sees it; one that ignores cancel works on for nobody. */
function handlerOf(
  env: VirtualEnv,
  key: Pick<KeysAtHand, "handle">,
  { knobs, background }: HandlerParts,
): CtapHandler {
  const handle: CtapHandler = async (request, options = {}) => {
    const { ignoresCancel, createMs } = knobs().key;
    const { signal, ...deaf } = options;
    const response = await key.handle(request, ignoresCancel ? deaf : { ...deaf, signal });
    const created = request[0] === CtapCommand.makeCredential && response[0] === CtapStatus.OK;
    if (created) await sleep(env.clock, createMs, "key.create");
    return response;
  };
  return (request, options) => background.add(handle(request, options));
}

interface BookKeepers {
  readonly keys: KeysAtHand;
  readonly site: SimSite;
  readonly mail: SimMail;
}

function booksOf({ keys, site, mail }: BookKeepers): Ledger {
  return new Ledger({
    keys: keys.ledgerKeys,
    rows: site.store.ledgerRows,
    flags: site.flags,
    mails: mail.mails,
  });
}

const PIN_DIGITS = 6;
const PIN_HASH_BYTES = 16;

/** Known to the key and the person; drawn, so that no file has to hold one. */
function drawPin(env: VirtualEnv): string {
  const entropy = env.entropy.fork("pin");
  return Array.from({ length: PIN_DIGITS }, () => Math.floor(drawFraction(entropy) * 10)).join("");
}

function storeOf({ key }: Knobs, pin: string): CredentialStore {
  const store = new CredentialStore();
  if (!key.pinSet) return store;
  // @see CTAP 2.3 §6.5.5.5 (setPin stores the first 16 bytes of the PIN's SHA-256)
  const pinHash = defaultCrypto.sha256(utf8(pin)).slice(0, PIN_HASH_BYTES);
  store.remember({ pinHash, pinCodePoints: PIN_DIGITS, pinRetries: key.pinRetries });
  return store;
}
