import { KNOB_SPECS } from "../../sim/knobs/registry.js";
import type { ObjectShape } from "../../core/shape.js";
import type { Action } from "../scenario.js";
import { knobsShape } from "./read-knobs.js";
import { word, type Words } from "./words.js";

type ActionOf<Do extends Action["do"]> = Action extends infer One
  ? One extends { readonly do: infer Dos }
    ? Do extends Dos
      ? Omit<One, "do">
      : never
    : never
  : never;

type MemberOf<Value> = [Value] extends [boolean]
  ? { readonly type: "flag" }
  : [Value] extends [number]
    ? { readonly type: "integer"; readonly min: 0 }
    : [Value] extends [string]
      ? string extends Value
        ? { readonly type: "text" }
        : Words<Value & string>
      : { readonly type: "custom" };

type MembersOf<One> = {
  readonly [Name in keyof One]-?: undefined extends One[Name]
    ? MemberOf<Exclude<One[Name], undefined>> & { readonly optional: true }
    : MemberOf<One[Name]> & { readonly optional?: never };
};

const maybe = <M extends object>(member: M): M & { readonly optional: true } => ({
  ...member,
  optional: true,
});

const text = { type: "text" } as const;
const flag = { type: "flag" } as const;
const whole = { type: "integer", min: 0 } as const;
const atMs = maybe({ ...whole, doc: "Not before this moment of the run, in virtual milliseconds." });
const ceremony = {
  atMs,
  account: maybe(text),
  inBackground: maybe({ ...flag, doc: "The script goes on at once." }),
};
const factor = word("sms", "mail", "app", "voice", "call");

/** Knobs as they may be turned while a world is running. */
const MID_RUN_OVERRIDES = { ...knobsShape(KNOB_SPECS, { midRun: true }), named: "turns" };

/** More codes than any site lets a user enter. */
const TIMES_MAX = 10_000;

/** Every verb with its members: what `Action` says in types, for files. Who adds a verb is asked for its row here. */
const ACTIONS = {
  register: { ...ceremony, by: maybe(word("helper")) },
  login: { ...ceremony, by: maybe(word("helper")) },
  "enter-password": { atMs },
  "request-code": { atMs, factor },
  "enter-code": {
    atMs,
    factor,
    code: maybe(word("first", "latest", "wrong")),
    times: maybe({ ...whole, max: TIMES_MAX }),
    everyMs: maybe(whole),
  },
  "sign-in-with": { atMs, provider: word("line", "google") },
  "change-factor": { atMs, to: factor },
  "call-centre": { atMs },
  unplug: { atMs },
  replug: { atMs },
  "quit-browser": { atMs },
  "reset-key": { atMs },
  wait: { forMs: whole },
  set: { atMs, knobs: MID_RUN_OVERRIDES },
} satisfies { readonly [Do in Action["do"]]: MembersOf<ActionOf<Do>> };

export const ACTION_SHAPES: Readonly<Record<string, ObjectShape>> = Object.fromEntries(
  Object.entries(ACTIONS).map(([name, members]) => [
    name,
    { type: "object", members: { do: word(name), ...members } },
  ]),
);
