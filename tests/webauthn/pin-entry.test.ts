import { describe, expect, test } from "vitest";
import type { PinAttempt } from "../../src/webauthn/client/client-context.js";
import { bench, PIN } from "../helpers/webauthn-bench.js";

const VERIFIED = { authenticatorSelection: { userVerification: "required" as const } };

/** A user who types these one after the other, the last one over and over; and what each was told. */
function typing(...pins: readonly string[]) {
  const asked: PinAttempt[] = [];
  const pin = async (attempt: PinAttempt) => {
    asked.push(attempt);
    return pins[Math.min(asked.length, pins.length) - 1];
  };
  return { asked, pin };
}

describe("a PIN that no authenticator takes", () => {
  test.each([
    ["12", "PIN_TOO_SHORT"],
    ["", "PIN_TOO_SHORT"],
    ["x".repeat(70), "PIN_TOO_LONG"],
    ["1234\0", "PIN_ENDS_IN_ZERO"],
  ])("%j is asked for again, says why, and costs no attempt", async (mistyped, problem) => {
    const { create, store, requests } = await bench({ pin: PIN });
    const { asked, pin } = typing(mistyped, PIN);
    await create(VERIFIED, { pin });
    expect(asked).toEqual([{ attempt: 1 }, { attempt: 2, problem }]);
    expect(requests().filter((command) => command === "clientPin")).toHaveLength(2);
    expect(store.memory.pinRetries).toBeUndefined();
  });

  test("given twice ends the ceremony with what is wrong with it", async () => {
    const { create } = await bench({ pin: PIN });
    await expect(create(VERIFIED, { pin: typing("12").pin })).rejects.toMatchObject({
      code: "PIN_TOO_SHORT",
      aftermath: "none",
    });
  });

  test("keeps what is known of the attempts left", async () => {
    const { create } = await bench({ pin: PIN });
    const { asked, pin } = typing("99999999", "12", PIN);
    await create(VERIFIED, { pin });
    expect(asked.slice(1)).toEqual([
      { attempt: 2, retriesLeft: 7 },
      { attempt: 3, retriesLeft: 7, problem: "PIN_TOO_SHORT" },
    ]);
  });
});
