import { sleep } from "../core/clock.js";
import { envFor } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import { openSession } from "../ctap/client/session.js";
import type { Visitor } from "../sim/factors/visitor.js";
import { SiteError } from "../sim/attached-rp/site-error.js";
import type { World } from "../sim/world.js";
import type { Verb } from "./scenario.js";

const ACCOUNT = "hanako";

/** Longest a run waits, after its script, for what is still under way: a mail, a phone, a replica. */
const EPILOGUE_MS = 3_600_000;

/** Plays a script to its end, and waits for what it left under way. `atMs` counts from here. */
export async function play(world: World, script: readonly Verb[]): Promise<void> {
  const beganMs = world.env.clock.nowMs();
  for (const verb of script) {
    if ("atMs" in verb) await until(world, beganMs + verb.atMs);
    const done = perform(world, verb);
    if ("inBackground" in verb && verb.inBackground) world.background.add(done).catch(() => undefined);
    else await done;
  }
  await orAfter(world, { delayMs: EPILOGUE_MS, timer: "run.epilogue" }, world.settled());
}

async function perform(world: World, verb: Verb): Promise<void> {
  const { account = ACCOUNT } = world.at;
  switch (verb.do) {
    case "register":
      return attended(world, tabOf(world, verb).register(verb.account ?? account));
    case "login":
      return attended(world, tabOf(world, verb).login(verb.account ?? account));
    case "enter-password":
      return otherDoors(world, verb).password();
    case "request-code":
      return otherDoors(world, verb).requestCode(verb.factor);
    case "enter-code":
      return enterCodes(world, verb);
    case "sign-in-with":
      return otherDoors(world, verb).signInWith(verb.provider);
    case "change-factor":
      return otherDoors(world, verb).changeFactor(verb.to);
    case "call-centre":
      return otherDoors(world, verb).callCentre();
    case "unplug":
      return world.cable.unplug();
    case "replug":
      return world.cable.replug();
    case "quit-browser":
      return world.programs.quit();
    case "reset-key":
      return resetKey(world);
    case "wait":
      return sleep(world.env.clock, verb.forMs, "script.wait");
    case "set":
      return world.turn(verb.knobs);
  }
}

function tabOf({ page, helperPage }: World, { by }: { readonly by?: "helper" }): World["page"] {
  return by === "helper" ? helperPage : page;
}

function otherDoors({ at: { visitor } }: World, { do: verb }: Verb): Visitor {
  if (visitor !== undefined) return visitor;
  throw new SiteError(
    "SITE_VERB_REFUSED",
    `"${verb}" is for simulated sites: a real one's other doors are not known`,
    {
      refused: [verb],
    },
  );
}

/** The key's refusal is a result like another: the trace has it. */
async function resetKey({ env, cable }: World): Promise<void> {
  const device = await cable.device();
  if (device === undefined) return;
  const session = await openSession(envFor(env, "lab"), device);
  await session.reset().catch((error: unknown) => {
    if (!isHarnessError(error)) throw error;
  });
}

async function enterCodes(world: World, verb: Verb & { readonly do: "enter-code" }): Promise<void> {
  const { env } = world;
  const { factor, code = "first", times = 1, everyMs = 0 } = verb;
  const visitor = otherDoors(world, verb);
  const beganMs = env.clock.nowMs();
  for (let nth = 0; nth < times; nth += 1) {
    await sleep(env.clock, beganMs + nth * everyMs - env.clock.nowMs(), "script.every");
    await visitor.enterCode(factor, code);
  }
}

/** Waits for the page, but not longer than the person does. */
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
