import type { CborMap } from "../../cbor/value.js";
import { sleep } from "../../core/clock.js";
import { equalBytes } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { expectMap, expectStatus, isOk, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import { assertWith, create, type Created, isSignedBy, readAsserted, sendGet } from "../ceremony.js";
import type { Check, Need } from "../check.js";
import { CTAP2, optionOn } from "../needs.js";
import { demand, NotApplicable, shown } from "../verdict.js";

const NEXT = Uint8Array.of(CtapCommand.getNextAssertion);

/** How long the rest of a series is kept, in milliseconds. @see CTAP 2.3 §6.3 */
const SERIES_MS = 30_000;

/** Devices with a display choose by themselves; they say so by userSelected. */
const RK: readonly Need[] = [CTAP2, optionOn("rk")];

interface Series {
  readonly made: readonly Created[];
  readonly rpId: string;
}

/** Makes discoverable credentials, always those of the same accounts, so that a device is never filled up. */
async function series(bench: Bench, count: number): Promise<Series> {
  const rpId = `series-${count}.invalid`;
  const made: Created[] = [];
  for (let index = 0; index < count; index++) {
    made.push(await create(bench, { rpId, rk: true, userId: bench.sha256(`user ${index}`) }));
  }
  return { made, rpId };
}

/** Begins a series of assertions. @throws {NotApplicable} where the device lets the user choose. */
async function begun(bench: Bench, rpId: string) {
  const asserted = await assertWith(bench, { rpId });
  if (asserted.map.get(6) === true) throw new NotApplicable("the device lets its user choose the account");
  return asserted;
}

type Rule = Omit<Check, "severity" | "needs"> & Partial<Pick<Check, "severity">>;

const RULES: readonly Rule[] = [
  {
    id: "discoverable.found",
    title: "a discoverable credential is found without an allowList",
    section: "6.2.2 step 7",
    async run(bench) {
      const {
        made: [one],
        rpId,
      } = await series(bench, 1);
      const asserted = await assertWith(bench, { rpId });
      demand(
        one !== undefined && isSignedBy(bench, one.publicKey, asserted),
        "a signature of its key",
        "another",
      );
    },
  },
  {
    id: "discoverable.user-handle",
    title: "the answer for a discoverable credential has its user.id",
    section: "6.2.2 step 13",
    async run(bench) {
      const rpId = "series-1.invalid";
      const userId = bench.sha256("user 0");
      await create(bench, { rpId, rk: true, userId });
      const { map } = await assertWith(bench, { rpId });
      const id = (map.get(4) as CborMap | undefined)?.get("id");
      demand(
        id instanceof Uint8Array && equalBytes(id, userId),
        "the user.id",
        id === undefined ? "no user" : "another",
      );
    },
  },
  {
    id: "discoverable.names-need-verification",
    title: "names of the account are told to a verified user only",
    section: "6.2.2 step 13",
    async run(bench) {
      const { rpId } = await series(bench, 1);
      const { map, data } = await assertWith(bench, { rpId });
      if (data.userVerified) throw new NotApplicable("the user was verified");
      const user = map.get(4) as CborMap | undefined;
      demand(user?.has("name") !== true && user?.has("displayName") !== true, "user.id alone", "names");
    },
  },
  {
    id: "discoverable.no-number-for-one",
    title: "numberOfCredentials is not said for a single credential",
    section: "6.2.2 step 12",
    async run(bench) {
      const { rpId } = await series(bench, 1);
      const { map } = await assertWith(bench, { rpId });
      demand(!map.has(5), "no numberOfCredentials", shown(map.get(5)));
    },
  },
  {
    id: "discoverable.same-account-overwritten",
    title: "a second credential of the same account replaces the first",
    section: "6.1.2 step 17",
    async run(bench) {
      const rpId = "series-1.invalid";
      const userId = bench.sha256("user 0");
      const first = await create(bench, { rpId, rk: true, userId });
      const second = await create(bench, { rpId, rk: true, userId });
      const asserted = await assertWith(bench, { rpId });
      demand(!asserted.map.has(5), "one credential", "several");
      demand(isSignedBy(bench, second.publicKey, asserted), "the newer credential", "the older one");
      const old = await sendGet(bench, { rpId, list: [first.id] });
      if (isOk(old)) throw wrongAnswer(old, "NO_CREDENTIALS for the older one");
    },
  },
  {
    id: "next-assertion.number",
    title: "numberOfCredentials counts the credentials of the RP ID",
    section: "6.2.2 step 12",
    async run(bench) {
      const { rpId } = await series(bench, 3);
      const { map } = await begun(bench, rpId);
      demand(map.get(5) === 3, "3", shown(map.get(5)));
    },
  },
  {
    id: "next-assertion.newest-first",
    title: "assertions come newest credential first",
    section: "6.2.2 step 12",
    async run(bench) {
      const { made, rpId } = await series(bench, 3);
      const first = await begun(bench, rpId);
      const all = [first];
      for (let index = 1; index < 3; index++) all.push(readAsserted(await bench.call(NEXT), first.hash));
      const wanted = [...made].reverse();
      const order = all.map((asserted) =>
        wanted.findIndex(({ publicKey }) => isSignedBy(bench, publicKey, asserted)),
      );
      demand(order.join() === "0,1,2", "newest, middle, oldest", order.join(", "));
    },
  },
  {
    id: "next-assertion.same-flags",
    title: "later assertions have the flags of the first",
    section: "6.3",
    async run(bench) {
      const { rpId } = await series(bench, 2);
      const first = await begun(bench, rpId);
      const second = readAsserted(await bench.call(NEXT), first.hash);
      demand(
        first.authData[32] === second.authData[32],
        shown(first.authData[32]),
        shown(second.authData[32]),
      );
    },
  },
  {
    id: "next-assertion.no-number-later",
    title: "numberOfCredentials is said by the first assertion only",
    section: "6.3",
    async run(bench) {
      const { rpId } = await series(bench, 2);
      await begun(bench, rpId);
      demand(!expectMap(await bench.call(NEXT)).has(5), "no numberOfCredentials", "a number");
    },
  },
  {
    id: "next-assertion.past-the-end",
    title: "getNextAssertion after the last one is refused with NOT_ALLOWED",
    section: "6.3",
    async run(bench) {
      const { rpId } = await series(bench, 2);
      await begun(bench, rpId);
      expectStatus(await bench.call(NEXT), "OK");
      expectStatus(await bench.call(NEXT), "NOT_ALLOWED");
    },
  },
  {
    id: "next-assertion.after-other-command",
    title: "another command ends the series",
    section: "6",
    async run(bench) {
      const { rpId } = await series(bench, 2);
      await begun(bench, rpId);
      await bench.call(Uint8Array.of(CtapCommand.getInfo));
      expectStatus(await bench.call(NEXT), "NOT_ALLOWED");
    },
  },
  {
    id: "next-assertion.within-30-s",
    title: "the series goes on after 25 seconds",
    section: "6.3",
    async run(bench) {
      const { rpId } = await series(bench, 2);
      await begun(bench, rpId);
      await sleep(bench.env.clock, SERIES_MS - 5_000, "conformance.pause");
      expectStatus(await bench.call(NEXT), "OK");
    },
  },
  {
    id: "next-assertion.after-30-s",
    title: "the series is over after 30 seconds",
    section: "6.3",
    async run(bench) {
      const { rpId } = await series(bench, 2);
      await begun(bench, rpId);
      await sleep(bench.env.clock, SERIES_MS + 2_000, "conformance.pause");
      expectStatus(await bench.call(NEXT), "NOT_ALLOWED");
    },
  },
];

/** Discoverable credentials and getNextAssertion. */
export const DISCOVERABLE_CHECKS: readonly Check[] = [
  ...RULES.map((rule): Check => ({ severity: "must", ...rule, needs: RK, uses: ["presence", "store"] })),
  {
    id: "next-assertion.without-series",
    title: "getNextAssertion without a getAssertion before it is refused with NOT_ALLOWED",
    section: "6.3",
    severity: "must",
    needs: [CTAP2],
    async run(bench) {
      await bench.call(Uint8Array.of(CtapCommand.getInfo));
      expectStatus(await bench.call(NEXT), "NOT_ALLOWED");
    },
  },
];
