import { sleep } from "../core/clock.js";
import { envFor } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import type { RunLimits } from "../core/virtual-clock.js";
import { openSession } from "../ctap/client/session.js";
import type { FallbackUser } from "../sim/factors/visitor.js";
import { SiteError } from "../sim/attached-rp/site-error.js";
import type { World } from "../sim/world.js";
import type { Action } from "./scenario.js";

const ACCOUNT = "hanako";

/**
 * How much may happen in a run: fifty times what the largest scenario of the catalogue does (`ble-advert-flood/repeated`, 4,408
 * timers fired; the next one 2,022), and ten years, because a knob may set a year. A run that never ends meets one of
 * them in 3 to 10 s.
 */
export const RUN_LIMITS: RunLimits = { firings: 250_000, durationMs: 10 * 365 * 86_400_000 };

/** Longest a run waits, after its script, for what is still under way: a mail, a phone, a replica. */
const EPILOGUE_MS = 3_600_000;

/**
 * Plays a script to its end, and waits for what it left under way. `atMs` counts from here.
 *
 * @param onAction called before each action is performed.
 */
export async function play(
  world: World,
  script: readonly Action[],
  onAction?: (action: Action) => void,
): Promise<void> {
  const beganMs = world.env.clock.nowMs();
  for (const action of script) {
    if ("atMs" in action) await until(world, beganMs + action.atMs);
    onAction?.(action);
    const done = perform(world, action);
    if ("inBackground" in action && action.inBackground) world.background.add(done).catch(() => undefined);
    else await done;
  }
  await orAfter(world, { delayMs: EPILOGUE_MS, timer: "run.epilogue" }, world.settled());
}

async function perform(world: World, action: Action): Promise<void> {
  const { account = ACCOUNT } = world.at;
  switch (action.do) {
    case "register":
      return attended(world, tabOf(world, action).register(action.account ?? account));
    case "login":
      return attended(world, tabOf(world, action).login(action.account ?? account));
    case "enter-password":
      return applyFallbackAction(world, action).password();
    case "request-code":
      return applyFallbackAction(world, action).requestCode(action.factor);
    case "enter-code":
      return enterCodes(world, action);
    case "sign-in-with":
      return applyFallbackAction(world, action).signInWith(action.provider);
    case "change-factor":
      return applyFallbackAction(world, action).changeFactor(action.to);
    case "call-centre":
      return applyFallbackAction(world, action).callCentre();
    case "unplug":
      return world.usbPort.unplug();
    case "replug":
      return world.usbPort.replug();
    case "quit-browser":
      return world.browserProcess.quit();
    case "reset-key":
      return resetKey(world);
    case "wait":
      return sleep(world.env.clock, action.forMs, "script.wait");
    case "set":
      return world.setKnobs(action.knobs);
  }
}

function tabOf({ page, helperPage }: World, { by }: { readonly by?: "helper" }): World["page"] {
  return by === "helper" ? helperPage : page;
}

function applyFallbackAction({ at: { fallbackUser } }: World, { do: action }: Action): FallbackUser {
  if (fallbackUser !== undefined) return fallbackUser;
  throw new SiteError(
    "SITE_VERB_REFUSED",
    `"${action}" is for simulated sites: a real one's other doors are not known`,
    {
      refused: [action],
    },
  );
}

/** The key's refusal is a result like another: the trace has it. */
async function resetKey({ env, usbPort }: World): Promise<void> {
  const device = await usbPort.device();
  if (device === undefined) return;
  try {
    const session = await openSession(envFor(env, "lab"), device);
    await session.reset();
  } catch (error) {
    if (!isHarnessError(error)) throw error;
  }
}

async function enterCodes(world: World, action: Action & { readonly do: "enter-code" }): Promise<void> {
  const { env } = world;
  const { factor, code = "first", times = 1, everyMs = 0 } = action;
  const fallbackUser = applyFallbackAction(world, action);
  const beganMs = env.clock.nowMs();
  for (let nth = 0; nth < times; nth += 1) {
    await sleep(env.clock, beganMs + nth * everyMs - env.clock.nowMs(), "script.every");
    await fallbackUser.enterCode(factor, code);
  }
}

/** Waits for the page, but not longer than the user does. */
function attended(world: World, ceremony: Promise<unknown>): Promise<void> {
  return orAfter(world, { delayMs: world.knobs.user.patienceMs, timer: "user.patience" }, ceremony);
}

async function orAfter(
  { env }: World,
  { delayMs, timer }: { readonly delayMs: number; readonly timer: string },
  work: Promise<unknown>,
): Promise<void> {
  const patience = new AbortController();
  const over = sleep(env.clock, delayMs, timer, { signal: patience.signal }).catch(() => undefined);
  try {
    await Promise.race([work, over]);
  } finally {
    patience.abort();
  }
}

async function until({ env }: World, untilMs: number): Promise<void> {
  const leftMs = untilMs - env.clock.nowMs();
  if (leftMs > 0) await sleep(env.clock, leftMs, "script.until");
}
