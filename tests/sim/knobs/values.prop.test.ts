/** Every value that a knob accepts works: a run with it comes to an end. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StallError } from "../../../src/core/virtual-clock.js";
import { runScenario } from "../../../src/scenarios/run.js";
import type { UserScenario } from "../../../src/scenarios/scenario.js";
import type { KnobSpec, KnobValue } from "../../../src/sim/knobs/knob-spec.js";
import { listKnobs, type KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { HID_STANDARD } from "../../../src/sim/hid/hid-knobs.js";
import { RunningRequest } from "../../../src/sim/hid/running-request.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { FULL, fullRuns } from "../../helpers/full-runs.js";

const BASE = { group: "own", title: "", story: "", sources: [] } as const;
const CEREMONIES = [{ do: "register" }, { do: "login" }] as const;

/** Stories in which the knobs of a group have something to act on. */
const STORIES = {
  usb: { ...BASE, id: "usb", knobs: {}, script: CEREMONIES },
  hybrid: { ...BASE, id: "hybrid", knobs: { "link.road": "hybrid" }, script: CEREMONIES },
  linked: {
    ...BASE,
    id: "linked",
    knobs: { "link.road": "hybrid", "phone.linked": true },
    script: CEREMONIES,
  },
  repeats: {
    ...BASE,
    id: "repeats",
    knobs: {
      "rp.workerMs": 5_000,
      "rp.qr": "site",
      "page.resumesPoll": true,
      "page.autoRetry": 1,
      "page.retriesFinish": 1,
    },
    script: CEREMONIES,
  },
  codes: {
    ...BASE,
    id: "codes",
    knobs: { "factor.enrolled": "sms+mail", "sms.route": "spouse", "mail.spam": true },
    script: [
      { do: "enter-password" },
      { do: "request-code", factor: "sms" },
      { do: "enter-code", factor: "sms" },
      { do: "request-code", factor: "mail" },
      { do: "enter-code", factor: "mail", code: "wrong", times: 6, everyMs: 1_000 },
      { do: "enter-code", factor: "mail" },
      { do: "sign-in-with", provider: "line" },
      { do: "call-centre" },
    ],
  },
} as const satisfies Readonly<Record<string, UserScenario>>;

const STORY_OF: readonly (readonly [RegExp, readonly (keyof typeof STORIES)[]])[] = [
  [/^(ble|adapter|qr|tunnel|os)\./, ["hybrid"]],
  [/^(phone|push)\./, ["hybrid", "linked"]],
  [/^(sms|mail|relay|otp|app|factor|settings|lock|reset|idp)\./, ["codes"]],
  [/^(user)\./, ["usb", "hybrid", "codes"]],
  [/^(page|poll|net|gw|rp)\./, ["usb", "repeats"]],
  [/^/, ["usb"]],
];

/** All stories that fit with `FULL=1`, the last one otherwise. */
const storiesOf = (name: string) => {
  const stories = STORY_OF.find(([pattern]) => pattern.test(name))?.[1] ?? [];
  return FULL ? stories : stories.slice(-1);
};

/** Both ends, `never` where there is one, and a few values between them. */
function valuesOf({ kind, choices = [], min = 0, max = 0, never }: KnobSpec): readonly KnobValue[] {
  if (kind === "switch") return [false, true];
  if (kind === "choice") return choices;
  const between =
    kind === "share"
      ? fc.double({ min, max, noNaN: true })
      : fc.integer({ min, max: Math.min(max, 100_000) });
  return [min, max, ...(never === true ? [null] : []), ...fc.sample(between, fullRuns(10))];
}

describe("a run comes to an end with every value of", () => {
  test.each(listKnobs())("$name", async ({ name, spec }) => {
    for (const id of storiesOf(name)) {
      for (const value of valuesOf(spec)) {
        const knobs = { [name]: value } as KnobOverrides;
        const run = await runScenario(STORIES[id], { seed: "values", knobs }).catch((error: unknown) => {
          throw new Error(`${id} with ${name}=${value ?? "never"}`, { cause: error });
        });
        expect(run.records.at(-1)?.kind, `${id} with ${name}=${value ?? "never"}`).toBe("run.ended");
      }
    }
  });
});

test("what is refused would not: a keepalive every 0 ms keeps virtual time where it is", async () => {
  const env = virtualEnv("livelock");
  const never = () => new Promise<Uint8Array>(() => undefined);
  const request = new RunningRequest(env, {
    knobs: { ...HID_STANDARD, keepaliveMs: 0 },
    keepalive: () => undefined,
    work: never,
    done: () => undefined,
  });
  request.start();
  await expect(env.clock.run(never())).rejects.toSatisfy(
    (error) => error instanceof StallError && error.code === "LIVELOCK",
  );
});
