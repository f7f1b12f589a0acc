import { sleep } from "../core/clock.js";
import { credentialTag } from "../core/credential-tag.js";
import { envFor, virtualEnv, type VirtualEnv } from "../core/env.js";
import { MemorySink, type TraceSink } from "../core/trace.js";
import { utf8 } from "../core/bytes.js";
import { drawFraction } from "../core/entropy.js";
import { CtapCommand } from "../ctap/command.js";
import type { CtapDevice, CtapHandler } from "../ctap/device.js";
import { CtapStatus } from "../ctap/status.js";
import { defaultCrypto } from "../crypto/default.js";
import { openHidDevice } from "../transports/hid/channel.js";
import { SimAuthenticator } from "./authenticator.js";
import { Background } from "./background.js";
import { SimBrowser } from "./browser.js";
import { CredentialStore } from "./credential-store.js";
import { parseKnobs, parseTurns, withKnobs, type KnobOverrides, type Knobs } from "./knobs.js";
import { Ledger } from "./ledger.js";
import { LoopbackDevice } from "./loopback.js";
import { SimMail } from "./mail.js";
import { SimPage } from "./page.js";
import { profileFor } from "./profile-for.js";
import { simHidPort } from "./sim-hid.js";
import { SimSite } from "./site.js";
import { habitualUser, type SimUser } from "./user.js";

/** A person, a browser, a page, a key and a site, on one clock. */
export interface World {
  readonly env: VirtualEnv;
  readonly page: SimPage;
  readonly browser: SimBrowser;
  readonly site: SimSite;
  readonly mail: SimMail;
  readonly key: SimAuthenticator;
  readonly store: CredentialStore;
  readonly knobs: Knobs;
  /** Turns knobs for whatever happens next; what already runs keeps its settings. @throws {KnobError} */
  turn(overrides: KnobOverrides): void;
  /** The books as they are now, from the stores themselves. */
  ledger(): Ledger;
  /** Resolves when nothing is under way: mails, commits, prompts nobody waits for. */
  settled(): Promise<void>;
}

export interface WorldOptions {
  /** Where the trace goes; kept in `env.records` when absent. */
  readonly sink?: TraceSink;
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
  const key = new SimAuthenticator(envFor(env, KEY), {
    profile: profileFor(current),
    store,
    user: personAt(env, knobs),
  });
  const device = plugIn(env, { knobs, handler: handlerOf(env, key, { knobs, background }) });
  const browserEnv = envFor(env, "browser");
  const browser = new SimBrowser(browserEnv, {
    knobs,
    origin: ORIGIN,
    device,
    pin: async () => {
      await sleep(browserEnv.clock, current.user.pinEntryMs, "user.pin-entry");
      return pin;
    },
  });
  const page = new SimPage(envFor(env, "page"), { knobs, browser, site });

  return {
    env,
    page,
    browser,
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
    ledger: () => booksOf({ store, site, mail }),
    settled: () => background.settled(),
  };
}

/** Reads the person's habits anew for every prompt, so that a knob turned in between counts. */
function personAt(env: VirtualEnv, knobs: () => Knobs): SimUser {
  const own = envFor(env, "person");
  return {
    answer(prompt, signal) {
      const { touchDelayMs, decision } = knobs().key;
      const habits = touchDelayMs === null ? { walksAway: true } : allGestures(touchDelayMs);
      return habitualUser(own, { ...habits, refuses: decision === "decline" }).answer(prompt, signal);
    },
  };
}

/** Whatever the key asks for, `key.touchDelayMs` is how long the person takes. */
function allGestures(delayMs: number) {
  return { touchMs: delayMs, verifyMs: delayMs, chooseMs: delayMs };
}

interface HandlerParts {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

/** The key as its link sees it; one that ignores cancel works on for nobody. */
function handlerOf(env: VirtualEnv, key: SimAuthenticator, { knobs, background }: HandlerParts): CtapHandler {
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

interface LinkParts {
  readonly knobs: () => Knobs;
  readonly handler: CtapHandler;
}

/** Opens the link when a request first needs it, and keeps it open. */
function plugIn(env: VirtualEnv, { knobs, handler }: LinkParts): () => Promise<CtapDevice | undefined> {
  let opened: Promise<CtapDevice> | undefined;
  return async () => {
    const { key, link, hid } = knobs();
    if (!key.present) return undefined;
    if (link.road === "loopback") return new LoopbackDevice(envFor(env, "link"), handler, { label: KEY });
    const { keepaliveMs, reassemblyMs, busyMs } = hid;
    opened ??= openHidDevice(
      envFor(env, "link"),
      simHidPort(envFor(env, "port"), { cbor: handler }, { keepaliveMs, reassemblyMs, busyMs }),
    );
    return opened;
  };
}

interface BookKeepers {
  readonly store: CredentialStore;
  readonly site: SimSite;
  readonly mail: SimMail;
}

function booksOf({ store, site, mail }: BookKeepers): Ledger {
  return new Ledger({
    keys: store.credentials.map(({ id, rpId, userId }) => ({
      authenticator: KEY,
      credential: credentialTag(id),
      rpId,
      user: credentialTag(userId),
    })),
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
