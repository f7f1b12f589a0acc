import { afterHostTime } from "../core/host-timers.js";
import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import type { CtapDevice } from "../ctap/device.js";
import type { KnobOverrides } from "../sim/knobs/knobs.js";
import type { ClientProfileId } from "../webauthn/profiles/client-profiles.js";
import { HABITS, knobsOfDevice, lateFingerKnobs, type DeviceName } from "./device-names.js";
import { PageRigError } from "./page-rig-error.js";
import { PageRig, type PageRigOptions, type PageStory } from "./rig.js";
import type { Shows } from "./shows.js";
import { timelinePage, traceLines, verdictText } from "./story-text.js";

/** How the passkeys of a test behave. */
export interface PasskeyOptions extends Omit<PageRigOptions, "device"> {
  /** The authenticator by name, or a real one, for which `time: "real"` is wanted; a security key when absent. */
  readonly device?: DeviceName | (() => Promise<CtapDevice | undefined>);
  /** The browser whose timers and errors the page meets, by the name of its client profile. */
  readonly client?: ClientProfileId;
  /** A test that ends while a page waits for a passkey fails (the default), or the report says so. */
  readonly pendingAtEnd?: "fails" | "reported";
}

const EXPRESSION = arg.having("a regular expression such as /failed/i", "exec");

const OPTIONS = parameters<PasskeyOptions>({
  time: maybe(shape.oneOf(["virtual", "real"])),
  seed: maybe(shape.text),
  knobs: maybe(arg.object),
  device: maybe(arg.any),
  client: maybe(shape.text),
  pendingAtEnd: maybe(shape.oneOf(["fails", "reported"])),
  autofill: maybe(shape.oneOf(["ignored", "picked"])),
  shows: maybe(parameters<Shows>({ failure: maybe(EXPRESSION), success: maybe(EXPRESSION) })),
  site: maybe(arg.having("an object that lists the site's credentials,", "credentials")),
  networkPatienceMs: maybe(shape.ms),
  title: maybe(shape.text),
});

/** How often it is looked whether a page has called, in milliseconds of real time. */
const LOOK_MS = 5;

/** When a user's finger is late and no time was given, in milliseconds: as in the report this project began with. */
const LATE_MS = 98_000;

/**
 * The authenticator, its user and the time of the pages of one test.
 *
 * Habits are set before what they are about: `passkeys.lateFinger(98_000)`, then the click on the page's button, then
 * `await passkeys.settled()`.
 */
export class Passkeys {
  readonly rig: PageRig;
  readonly #options: PasskeyOptions;

  /** @throws {ArgumentError} @throws {KnobError} @throws {PageRigError} `DEVICE_NEEDS_REAL_TIME`. */
  constructor(options: PasskeyOptions = {}) {
    checkArguments("Passkeys", { options: [OPTIONS, options] });
    const { device, client, knobs, pendingAtEnd: _, ...rest } = options;
    const isNamed = device === undefined || typeof device === "string";
    this.#options = options;
    this.rig = new PageRig({
      ...rest,
      ...(!isNamed && { device }),
      knobs: {
        ...(typeof device === "string" && knobsOfDevice(device)),
        ...(client !== undefined && { "client.profile": client }),
        ...knobs,
      },
    });
  }

  /** Sets any knobs, for whatever happens next: `docs/knobs.md`. @throws {KnobError} */
  set(knobs: KnobOverrides): this {
    this.rig.set(knobs);
    return this;
  }

  /** The user touches the key, or confirms on the phone, this many milliseconds after it asks; the device waits for it. */
  lateFinger(afterMs: number = LATE_MS): this {
    return this.set(lateFingerKnobs(afterMs, this.rig.knobs));
  }

  /** The authenticator asks, and its user does nothing. */
  nobodyTouches(): this {
    return this.set(HABITS.nobodyTouches);
  }

  /** The user has no authenticator at hand. */
  noKey(): this {
    return this.set(HABITS.noKey);
  }

  /** The user takes another authenticator than the one that holds the passkey. */
  wrongPhone(): this {
    return this.set(HABITS.wrongPhone);
  }

  /** The user declines on the authenticator. */
  cancelled(): this {
    return this.set(HABITS.cancelled);
  }

  /**
   * Does what makes the page register a passkey, such as the click on its button, and lets time pass until it is at rest.
   *
   * @throws {PageRigError} `NO_CEREMONY` where the page asked for no registration.
   */
  register(action: () => unknown): Promise<PageStory> {
    return this.#during("create", action);
  }

  /** Does what makes the page log in, and lets time pass until it is at rest. @throws {PageRigError} `NO_CEREMONY`. */
  logIn(action: () => unknown): Promise<PageStory> {
    return this.#during("get", action);
  }

  /**
   * Lets time pass until every page is at rest: nothing is pending but for an autofill, and no timer is armed that may
   * still tell something about a ceremony.
   *
   * @returns the trace and its verdict, for the matchers.
   * @throws {ConductorError} @throws {PageRigError}
   */
  async settled(): Promise<PageStory> {
    await this.checkPages();
    return this.rig.settled();
  }

  /** Lets this many milliseconds pass, with everything that is due in them. */
  async advance(durationMs: number): Promise<PageStory> {
    checkArguments("Passkeys", { durationMs: [shape.ms, durationMs] });
    await this.checkPages();
    return this.rig.advance(durationMs);
  }

  /** Returns the trace so far, and its verdict. */
  story(): PageStory {
    return this.rig.story();
  }

  /** Returns the verdict so far as text. */
  verdict(): string {
    return verdictText(this.story());
  }

  /** Returns the trace so far as JSON Lines. */
  trace(): string {
    return traceLines(this.story().records);
  }

  /** Returns the timeline so far as one HTML page. */
  timeline(): string {
    return timelinePage(this.story().records);
  }

  /**
   * Ends the test's part: no page is waited for any more.
   *
   * @param hasFailed whether the test failed already, for a reason that need not be repeated.
   * @throws {PageRigError} `CEREMONY_PENDING` where a page still waits, unless `pendingAtEnd` has it otherwise.
   */
  end({ hasFailed = false }: { readonly hasFailed?: boolean } = {}): void {
    const error = this.pendingError();
    this.rig.close();
    if (error !== undefined && !hasFailed && this.#options.pendingAtEnd !== "reported") throw error;
  }

  /** Returns what is wrong with a test that ends now; `undefined` where nothing is pending. */
  pendingError(): PageRigError | undefined {
    const { open } = this.rig.bridge;
    if (open.length === 0) return undefined;
    const methods = open.map(({ method }) => `navigator.credentials.${method}()`).join(", ");
    return new PageRigError("CEREMONY_PENDING", `the test ended while a page waits for ${methods}`, {
      hint: 'await passkeys.settled() before the test ends, or set pendingAtEnd: "reported"',
      aftermath: "unknown",
      furtherLines: this.verdict().split("\n"),
    });
  }

  /** Looks for what keeps the pages from being led; adapters that can look into a page do. */
  protected checkPages(): Promise<void> {
    return Promise.resolve();
  }

  /** Resolves once a page has called more often than `before` times; never, where the test is over first. */
  async #calledAgain(before: number): Promise<void> {
    while (this.rig.bridge.calls.length <= before && !this.rig.isClosed)
      await new Promise<void>((resolve) => void afterHostTime(LOOK_MS, resolve));
  }

  async #during(method: "create" | "get", action: () => unknown): Promise<PageStory> {
    const { calls } = this.rig.bridge;
    const before = calls.length;
    await this.checkPages();
    const done = Promise.resolve(action());
    // An action may wait for the passkey itself, for which time has to pass.
    await Promise.race([done, this.#calledAgain(before)]);
    const story = await this.settled();
    await done;
    if (calls.slice(before).some((call) => call.method === method)) return story;
    throw new PageRigError("NO_CEREMONY", `no page called navigator.credentials.${method}()`, {
      hint: "look at the trace for calls to the site that failed, and at the page's console for errors of its script",
    });
  }
}
