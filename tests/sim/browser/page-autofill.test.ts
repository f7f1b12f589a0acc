import { describe, expect, test } from "vitest";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld } from "../../../src/sim/sim-world.js";
import { creationOptions, ORIGIN } from "../../helpers/ceremony-options.js";

/** A registration without these knobs, then logins with them. */
async function loginsWith(knobs: KnobOverrides, times = 1) {
  const world = simWorld("autofill", { "link.road": "loopback" });
  const accepted = await world.env.clock.run(
    (async () => {
      await world.page.register("hanako");
      world.setKnobs(knobs);
      const outcomes: boolean[] = [];
      for (let nth = 0; nth < times; nth += 1) outcomes.push((await world.page.login("hanako")).accepted);
      return outcomes;
    })(),
  );
  const { records } = world.env;
  return {
    accepted,
    aborted: records.flatMap((record) => (record.kind === "page.aborted" ? [record.by] : [])),
    conditional: records.filter((record) => record.kind === "page.called" && record.mediation !== undefined)
      .length,
    reasons: records.flatMap((record) => (record.kind === "page.settled" ? [record.reason] : [])).slice(1),
  };
}

describe("a get() that is pending from the loading of the page", () => {
  test("gives way to the button where the library ends it", async () => {
    const { accepted, aborted, reasons } = await loginsWith({ "page.autofillMs": 0 });
    expect(accepted).toEqual([true]);
    expect(aborted).toEqual(["button"]);
    expect(reasons).toEqual(["aborted", undefined]);
  });

  test("is in the button's way where it does not, at every press", async () => {
    const { accepted, aborted, conditional, reasons } = await loginsWith(
      { "page.autofillMs": 0, "page.abortsPending": false },
      2,
    );
    expect(accepted).toEqual([false, false]);
    expect(aborted).toEqual([]);
    expect(conditional).toBe(1);
    expect(reasons).toEqual(["request-already-pending", "request-already-pending"]);
  });

  test("ends with the page after a login, and begins anew on the next", async () => {
    const { accepted, conditional } = await loginsWith({ "page.autofillMs": 0 }, 2);
    expect(accepted).toEqual([true, true]);
    expect(conditional).toBe(2);
  });
});

describe("a get() that begins after the click", () => {
  test("ends the user's request where the library knows of one only", async () => {
    const { accepted, aborted, reasons } = await loginsWith({ "page.autofillMs": 500 });
    expect(accepted).toEqual([false]);
    expect(aborted).toEqual(["autofill"]);
    expect(reasons).toEqual(["aborted"]);
  });

  test("is refused, and does no harm, where the library ends nothing", async () => {
    const knobs = { "page.autofillMs": 500, "page.abortsPending": false } as const;
    const { accepted, reasons } = await loginsWith(knobs);
    expect(accepted).toEqual([true]);
    expect(reasons).toEqual(["request-already-pending", undefined]);
  });

  test("takes the place of the user's request in WebKit", async () => {
    const knobs = {
      "page.autofillMs": 500,
      "page.abortsPending": false,
      "client.profile": "webkit",
    } as const;
    expect((await loginsWith(knobs)).accepted).toEqual([false]);
  });

  test("does not begin after the ceremony", async () => {
    expect((await loginsWith({ "page.autofillMs": 60_000 })).conditional).toBe(0);
  });
});

// Measured with Chromium 156 and a key on USB: tests/lab/semantics.test.ts, conditional-with-list.
test("a create() by no wish of the user's is refused at once, and no authenticator is asked", async () => {
  const { env, browser } = simWorld("autofill", { "link.road": "loopback" });
  const page = { origin: ORIGIN, isAllowed: true, hasFocus: () => true };
  const failure = await env.clock.run(
    browser.create(creationOptions(), { autofill: true, page }).catch((error: unknown) => error),
  );
  expect(failure).toMatchObject({ name: "NotAllowedError", reason: "recent-sign-in-missing" });
  expect(env.clock.nowMs()).toBe(0);
  expect(env.records.filter(({ kind }) => kind === "ctap.request")).toEqual([]);
});
