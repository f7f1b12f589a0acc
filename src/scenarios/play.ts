import { sleep } from "../core/clock.js";
import { envFor, type Env } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import { openSession } from "../ctap/client/session.js";
import type { Visitor } from "../sim/factors/visitor.js";
import { SiteError } from "../sim/attached-rp/site-error.js";
import type { World } from "../sim/world.js";
import type { Verb } from "./scenario.js";

/** Where a script is played: a world in a box, or one whose site and time are real. */
export interface Stage extends Pick<
  World,
  "page" | "helperPage" | "cable" | "programs" | "knobs" | "turn" | "background" | "settled"
> {
  readonly env: Env;
  /** The person at the site's other doors; a real site's are not known here. */
  readonly visitor?: Visitor;
  /** Whose passkey it is where a verb names nobody. */
  readonly account?: string;
}

const ACCOUNT = "hanako";

/** Longest a run waits, after its script, for what is still under way: a mail, a phone, a replica. */
const EPILOGUE_MS = 3_600_000;

/** Plays a script to its end, and waits for what it left under way. `atMs` counts from here. */
export async function play(stage: Stage, script: readonly Verb[]): Promise<void> {
  const beganMs = stage.env.clock.nowMs();
  for (const verb of script) {
    if ("atMs" in verb) await until(stage, beganMs + verb.atMs);
    const done = perform(stage, verb);
    if ("inBackground" in verb && verb.inBackground) stage.background.add(done).catch(() => undefined);
    else await done;
  }
  await orAfter(stage, { delayMs: EPILOGUE_MS, timer: "run.epilogue" }, stage.settled());
}

async function perform(stage: Stage, verb: Verb): Promise<void> {
  const { page, helperPage, account = ACCOUNT } = stage;
  switch (verb.do) {
    case "register":
      return attended(stage, page.register(verb.account ?? account));
    case "login": {
      const tab = verb.by === "helper" ? helperPage : page;
      return attended(stage, tab.login(verb.account ?? account));
    }
    case "enter-password":
      return otherDoors(stage, verb).password();
    case "request-code":
      return otherDoors(stage, verb).requestCode(verb.factor);
    case "enter-code":
      return enterCodes(stage, verb);
    case "sign-in-with":
      return otherDoors(stage, verb).signInWith(verb.provider);
    case "change-factor":
      return otherDoors(stage, verb).changeFactor(verb.to);
    case "call-centre":
      return otherDoors(stage, verb).callCentre();
    case "unplug":
      return stage.cable.unplug();
    case "replug":
      return stage.cable.replug();
    case "quit-browser":
      return stage.programs.quit();
    case "reset-key":
      return resetKey(stage);
    case "wait":
      return sleep(stage.env.clock, verb.forMs, "script.wait");
    case "set":
      return stage.turn(verb.knobs);
  }
}

function otherDoors({ visitor }: Stage, { do: verb }: Verb): Visitor {
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
async function resetKey({ env, cable }: Stage): Promise<void> {
  const device = await cable.device();
  if (device === undefined) return;
  const session = await openSession(envFor(env, "lab"), device);
  await session.reset().catch((error: unknown) => {
    if (!isHarnessError(error)) throw error;
  });
}

async function enterCodes(stage: Stage, verb: Verb & { readonly do: "enter-code" }): Promise<void> {
  const { env } = stage;
  const { factor, code = "first", times = 1, everyMs = 0 } = verb;
  const visitor = otherDoors(stage, verb);
  const beganMs = env.clock.nowMs();
  for (let nth = 0; nth < times; nth += 1) {
    await sleep(env.clock, beganMs + nth * everyMs - env.clock.nowMs(), "script.every");
    await visitor.enterCode(factor, code);
  }
}

/** Waits for the page, but not longer than the person does. */
function attended(stage: Stage, ceremony: Promise<unknown>): Promise<void> {
  return orAfter(stage, { delayMs: stage.knobs.user.patienceMs, timer: "user.patience" }, ceremony);
}

async function orAfter(
  { env }: Stage,
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

async function until({ env }: Stage, untilMs: number): Promise<void> {
  const leftMs = untilMs - env.clock.nowMs();
  if (leftMs > 0) await sleep(env.clock, leftMs, "script.until");
}
