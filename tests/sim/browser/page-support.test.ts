import { expect, test } from "vitest";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld } from "../../../src/sim/sim-world.js";

async function registerWith(knobs: KnobOverrides) {
  const world = simWorld("support", { "link.road": "loopback", ...knobs });
  const outcome = await world.env.clock.run(world.page.register("hanako"));
  const { records } = world.env;
  return {
    outcome,
    kinds: records.map(({ kind }) => kind),
    missing: records.flatMap((record) => (record.kind === "page.unsupported" ? [record.feature] : [])),
    texts: records.flatMap((record) => (record.kind === "user.saw" ? [record.text] : [])),
  };
}

test("without WebAuthn the script fails at the call, after the options", async () => {
  const { outcome, kinds, missing } = await registerWith({ "client.webauthn": false });
  expect(outcome).toEqual({ shown: "failure", accepted: false });
  expect(missing).toEqual(["webauthn"]);
  expect(kinds).toContain("page.threw");
  expect(kinds).not.toContain("page.called");
});

test("a page that looks says what is missing, and asks the site for nothing", async () => {
  const { kinds, missing, texts } = await registerWith({
    "client.webauthn": false,
    "page.checksBrowser": true,
  });
  expect(missing).toEqual(["webauthn"]);
  expect(texts).toEqual(["This browser does not support passkeys."]);
  expect(kinds).not.toContain("rp.request");
});

test("without JavaScript nothing happens at all", async () => {
  const { outcome, kinds, texts } = await registerWith({ "client.javascript": false });
  expect(outcome).toEqual({ shown: "nothing", accepted: false });
  expect(texts).toEqual([]);
  expect(kinds).not.toContain("rp.request");
});

test("cookies are missed only where the site needs them", async () => {
  const checked = { "client.cookies": false, "page.checksBrowser": true } as const;
  expect((await registerWith(checked)).texts).toEqual(["Please allow cookies for this site."]);
  expect((await registerWith({ ...checked, "rp.sessionIn": "body" })).outcome.accepted).toBe(true);
});
