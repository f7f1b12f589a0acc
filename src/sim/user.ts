import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { sleep } from "../core/clock.js";
import { never } from "../core/abort.js";
import { envIn, type Env } from "../core/env.js";
import { HarnessError } from "../core/errors.js";
import { SampleStatus, type SampleStatusName } from "../ctap/messages/bio-enrollment.js";
import type { TraceContext } from "../core/trace.js";

/** Names what a device can ask of the user in front of it. */
export type PromptKind =
  /** Touch the button. */
  | "touch"
  /** Prove who you are: finger on the sensor, face, screen lock. */
  | "verify"
  /** Lay the finger on the sensor once more, to have it enrolled. */
  | "sample"
  /** Pick one of several accounts on the device's own display. */
  | "choose-account"
  /** Read a sheet and say yes or no. */
  | "consent"
  /** Unlock the phone. */
  | "unlock";

/** Names what the user would be agreeing to. */
export type PromptPurpose =
  | "make-credential"
  | "get-assertion"
  | "already-registered"
  | "select-authenticator"
  | "reset"
  | "token"
  | "enroll-finger"
  /** U2F requests say no more than that the key needs a touch. */
  | "u2f-register"
  | "u2f-authenticate";

export interface UserPrompt {
  readonly kind: PromptKind;
  readonly purpose: PromptPurpose;
  readonly rpId?: string;
  /** For `choose-account`: the names on the display, in their order. */
  readonly accounts?: readonly string[];
  /** How long the touch must last to count, in milliseconds; a short one will do when absent. */
  readonly holdMs?: number;
  /** The span of the command that asks: what the user does about the prompt is recorded there. */
  readonly context?: TraceContext;
}

export type UserAnswer =
  /** `account` counts from 0 and matters to `choose-account` alone; `feedback` to `sample`, good when absent. */
  | {
      readonly answer: "approved";
      readonly account?: number;
      readonly feedback?: SampleStatusName;
      /** How long the touch lasted, where that was asked for, in milliseconds; long enough when absent. */
      readonly heldMs?: number;
    }
  | { readonly answer: "refused" }
  /** The sensor did not recognise the user. */
  | { readonly answer: "wrong-finger" };

/**
 * Simulates the user. A device asks; the user answers after a delay of their own, or never.
 *
 * The signal says that the device stopped asking: the promise then rejects with the signal's reason.
 */
export interface SimUser {
  answer(prompt: UserPrompt, signal: AbortSignal): Promise<UserAnswer>;
}

/** Defines how the user reacts to one prompt. */
export interface PromptBehaviour {
  /** Before anything else happens, in milliseconds. */
  readonly thinkMs?: number;
  /** The gesture itself, in milliseconds. */
  readonly actMs?: number;
  /** How long the finger stays, in milliseconds, where a long touch is required: as long as the device requires. */
  readonly holdMs?: number;
  readonly does?: "approves" | "refuses" | "walks-away" | "uses-wrong-finger";
  /** Which account, counted from 0. */
  readonly account?: number;
  /** What becomes of a finger laid down to be enrolled: GOOD when absent, or TOO_FAST, POOR_QUALITY, ... */
  readonly feedback?: SampleStatusName;
}

const PROMPT_BEHAVIOUR = parameters<PromptBehaviour>({
  thinkMs: maybe(shape.ms),
  actMs: maybe(shape.ms),
  holdMs: maybe(shape.ms),
  does: maybe(shape.oneOf(["approves", "refuses", "walks-away", "uses-wrong-finger"])),
  account: maybe(arg.count),
  feedback: maybe(shape.oneOf(Object.keys(SampleStatus))),
});

/** Defines how the user behaves; all times in milliseconds. */
export interface UserBehaviour {
  /** From seeing the light blink to touching: 500 ms. */
  readonly touchMs?: number;
  /** Laying a finger on the sensor, to be recognised or enrolled, or looking into the camera: 800 ms. */
  readonly verifyMs?: number;
  /** Picking an account, reading a sheet, unlocking: 1500 ms. */
  readonly chooseMs?: number;
  /** Added before every gesture: 0 ms. */
  readonly thinkMs?: number;
  readonly refuses?: boolean;
  /** Never answers anything. */
  readonly walksAway?: boolean;
  /** What differs for one kind of prompt. */
  readonly prompts?: { readonly [Kind in PromptKind]?: PromptBehaviour };
  /** Overrides the behaviour for the nth prompt this user receives, counted from 1. Beats `prompts`. */
  readonly nth?: Readonly<Record<number, PromptBehaviour>>;
}

const BEHAVIOUR = parameters<UserBehaviour>({
  touchMs: maybe(shape.ms),
  verifyMs: maybe(shape.ms),
  chooseMs: maybe(shape.ms),
  thinkMs: maybe(shape.ms),
  refuses: maybe(shape.flag),
  walksAway: maybe(shape.flag),
  prompts: maybe(
    parameters<NonNullable<UserBehaviour["prompts"]>>({
      touch: maybe(PROMPT_BEHAVIOUR),
      verify: maybe(PROMPT_BEHAVIOUR),
      sample: maybe(PROMPT_BEHAVIOUR),
      "choose-account": maybe(PROMPT_BEHAVIOUR),
      consent: maybe(PROMPT_BEHAVIOUR),
      unlock: maybe(PROMPT_BEHAVIOUR),
    }),
  ),
  nth: maybe(shape.record(PROMPT_BEHAVIOUR)),
});

const TOUCH_MS = 500;
const VERIFY_MS = 800;
const CHOOSE_MS = 1500;

/** A scripted user was asked more often than the script has entries. */
export class UserScriptError extends HarnessError<"USER_SCRIPT_ENDED"> {}

/** Short name of a prompt for traces: `touch make-credential`. */
export function nameOfPrompt({ kind, purpose, holdMs }: UserPrompt): string {
  return `${holdMs === undefined ? kind : `long ${kind}`} ${purpose}`;
}

/**
 * Creates a user who reacts the same way every time, but for the exceptions named.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param behaviour times in milliseconds, refusals, and exceptions for single prompts.
 * @returns a user for `SimAuthenticator`.
 *
 * @example
 * const user = simulatedUser(env, { touchMs: 95_000, prompts: { consent: { does: "refuses" } } });
 */
export function simulatedUser(env: Env, behaviour: UserBehaviour = {}): SimUser {
  checkArguments("simulatedUser", { env: [arg.env, env], behaviour: [BEHAVIOUR, behaviour] });
  let asked = 0;
  return {
    answer(prompt, signal) {
      asked += 1;
      return act(env, prompt, behaviourFor(behaviour, prompt, asked), signal);
    },
  };
}

/**
 * Creates a user who plays a script, one entry per prompt, in order.
 *
 * @throws {UserScriptError} `USER_SCRIPT_ENDED` when asked once more.
 */
export function scriptedUser(env: Env, answers: readonly PromptBehaviour[]): SimUser {
  checkArguments("scriptedUser", { env: [arg.env, env], answers: [shape.list(PROMPT_BEHAVIOUR), answers] });
  let asked = 0;
  return {
    async answer(prompt, signal) {
      const promptBehaviour = answers[asked];
      asked += 1;
      if (promptBehaviour === undefined) {
        throw new UserScriptError("USER_SCRIPT_ENDED", `prompt ${asked}: ${nameOfPrompt(prompt)}`, {
          hint: `The script has ${answers.length} answers; add one for this prompt.`,
        });
      }
      return act(env, prompt, promptBehaviour, signal);
    },
  };
}

function behaviourFor(behaviour: UserBehaviour, prompt: UserPrompt, nth: number): PromptBehaviour {
  const actMs = {
    touch: behaviour.touchMs ?? TOUCH_MS,
    verify: behaviour.verifyMs ?? VERIFY_MS,
    sample: behaviour.verifyMs ?? VERIFY_MS,
    "choose-account": behaviour.chooseMs ?? CHOOSE_MS,
    consent: behaviour.chooseMs ?? CHOOSE_MS,
    unlock: behaviour.chooseMs ?? CHOOSE_MS,
  }[prompt.kind];
  const does = behaviour.walksAway ? "walks-away" : behaviour.refuses ? "refuses" : "approves";
  return {
    thinkMs: behaviour.thinkMs ?? 0,
    actMs,
    does,
    ...behaviour.prompts?.[prompt.kind],
    ...behaviour.nth?.[nth],
  };
}

async function act(
  own: Env,
  prompt: UserPrompt,
  promptBehaviour: PromptBehaviour,
  signal: AbortSignal,
): Promise<UserAnswer> {
  const name = nameOfPrompt(prompt);
  const env = envIn(own, prompt.context);
  env.trace.emit({ kind: "user.prompted", prompt: name });
  try {
    const { does = "approves" } = promptBehaviour;
    if (does === "walks-away") return await never(signal);
    await sleep(
      env.clock,
      (promptBehaviour.thinkMs ?? 0) + (promptBehaviour.actMs ?? 0),
      `user.${prompt.kind}`,
      { signal },
    );
    const answer = {
      ...answerOf(does, promptBehaviour),
      ...(await hold(env, prompt, promptBehaviour, signal)),
    };
    env.trace.emit({ kind: "user.answered", prompt: name, answer: answer.answer });
    return answer;
  } catch (error) {
    env.trace.emit({ kind: "user.answered", prompt: name, answer: "none" });
    throw error;
  }
}

/** Keeps the finger on the key, where the device requires a long touch. */
async function hold(
  env: Env,
  prompt: UserPrompt,
  promptBehaviour: PromptBehaviour,
  signal: AbortSignal,
): Promise<{ readonly heldMs?: number }> {
  if (prompt.holdMs === undefined || (promptBehaviour.does ?? "approves") !== "approves") return {};
  const heldMs = promptBehaviour.holdMs ?? prompt.holdMs;
  await sleep(env.clock, heldMs, "user.hold", { signal });
  return { heldMs };
}

function answerOf(
  does: "approves" | "refuses" | "uses-wrong-finger",
  promptBehaviour: PromptBehaviour,
): UserAnswer {
  if (does === "refuses") return { answer: "refused" };
  if (does === "uses-wrong-finger") return { answer: "wrong-finger" };
  const { account, feedback } = promptBehaviour;
  return {
    answer: "approved",
    ...(account !== undefined && { account }),
    ...(feedback !== undefined && { feedback }),
  };
}
