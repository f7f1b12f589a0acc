/** What register() and authenticate() say remains when something fails after the authenticator said OK. */
import { describe, expect, test } from "vitest";
import { TransportError } from "../../../src/ctap/transport-error.js";
import { GECKO, PYTHON_FIDO2 } from "../../../src/webauthn/profiles/client-profiles.js";
import { bench, type Intercept } from "../../helpers/webauthn-bench.js";

const MAKE_CREDENTIAL = 0x01;
const GET_ASSERTION = 0x02;
const GET_NEXT_ASSERTION = 0x08;
const RESIDENT = { authenticatorSelection: { residentKey: "required" } } as const;

/** Changes the answer to one command, if it is OK. */
const tampered =
  (command: number, tamper: (answer: Buffer) => void): Intercept =>
  async (request, pass) => {
    const answer = await pass();
    if (request[0] !== command || answer[0] !== 0) return answer;
    const copy = Buffer.from(answer);
    tamper(copy);
    return new Uint8Array(copy);
  };

/** The authenticator data begins with the hash of the rp id; flags follow it. */
const FLAGS_AT = 32;
const flagsIn = (answer: Buffer) =>
  answer.indexOf(Buffer.from("a379a6f6eeafb9a55e378c118034e275", "hex")) + FLAGS_AT;

describe("a credential that was made and cannot be handed on", () => {
  test.each<[string, (answer: Buffer) => void]>([
    ["backed up without being eligible", (answer) => (answer[flagsIn(answer)] = 0x55)],
    ["extensions that are announced and absent", (answer) => (answer[flagsIn(answer)] = 0xc5)],
    [
      "a key on a curve that nobody knows",
      (answer) => (answer[answer.indexOf(Buffer.from("20012158", "hex")) + 1] = 9),
    ],
  ])("%s", async (_, tamper) => {
    const { create, store } = await bench({ intercept: tampered(MAKE_CREDENTIAL, tamper) });
    const error: unknown = await create(RESIDENT).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(store.credentials).toHaveLength(1);
    // A client may hand such an answer on all the same; one that does not may not say that nothing is there.
    if (error !== undefined) expect(error).toMatchObject({ aftermath: "unknown" });
  });

  test("a callback of the caller that throws meanwhile becomes a typed error, with the callback's as its cause", async () => {
    const { create } = await bench();
    const cause = new Error("the caller's own");
    const onKeepalive = () => {
      throw cause;
    };
    await expect(create(RESIDENT, { onKeepalive })).rejects.toMatchObject({
      code: "ANSWER_LOST",
      aftermath: "unknown",
      cause,
    });
  });

  test("one that throws before anything was asked is the caller's own error", async () => {
    const { create } = await bench({ pin: "11223344" });
    const cause = new Error("the caller's own");
    await expect(create({}, { pin: () => Promise.reject(cause) })).rejects.toBe(cause);
  });
});

describe("a login after the authenticator signed", () => {
  const twoAccounts = async (intercept?: Intercept) => {
    const run = await bench(intercept ? { intercept } : {});
    for (const id of ["YW5u", "Ym9i"])
      await run.create({ ...RESIDENT, user: { id, name: id, displayName: id } });
    return run;
  };
  const signed = { aftermath: "unknown", carriedOut: "getAssertion" };

  test("whose user picks no account", async () => {
    const { get } = await twoAccounts();
    await expect(get({}, { chooseAccount: async () => undefined })).rejects.toMatchObject({
      code: "CHOICE_DECLINED",
      ...signed,
    });
  });

  test("whose picker names none of the accounts", async () => {
    const { get } = await twoAccounts();
    await expect(get({}, { chooseAccount: async () => 7 })).rejects.toMatchObject({
      code: "CHOICE_INVALID",
      ...signed,
    });
  });

  const refusesNext: Intercept = async (request, pass) =>
    request[0] === GET_NEXT_ASSERTION ? Uint8Array.of(0x30) : pass();

  test.each([GECKO, PYTHON_FIDO2])(
    "that refuses the next assertion ends the request of $id",
    async (profile) => {
      const { get } = await twoAccounts(refusesNext);
      await expect(get({}, { profile })).rejects.toMatchObject({ code: "CTAP_NOT_ALLOWED", ...signed });
    },
  );

  test("that refuses the next assertion leaves the accounts before it, and says so", async () => {
    let asked = 0;
    const { get, env } = await twoAccounts(async (request, pass) => {
      if (request[0] === GET_NEXT_ASSERTION) asked += 1;
      return refusesNext(request, pass);
    });
    const choices: number[] = [];
    const response = await get({}, { chooseAccount: async (accounts) => (choices.push(accounts.length), 0) });
    expect(response.response.userHandle).toBe("Ym9i");
    // There is nothing to choose from one.
    expect({ asked, choices }).toEqual({ asked: 1, choices: [] });
    expect(env.records.filter(({ kind }) => kind === "ctap.finding")).toMatchObject([
      { command: "getNextAssertion", fault: "CTAP_NOT_ALLOWED", member: "assertions[1]" },
    ]);
  });

  test("whose key is pulled out before the next assertion", async () => {
    const { get } = await twoAccounts(async (request, pass) => {
      if (request[0] !== GET_NEXT_ASSERTION) return pass();
      throw new TransportError("DEVICE_GONE", "pulled out");
    });
    await expect(get({ timeout: 5_000 })).rejects.toMatchObject(signed);
  });
});

test("a refusal after a lost request of the same ceremony does not clear it", async () => {
  let asked = 0;
  const lostOnce: Intercept = async (request, pass) => {
    if (request[0] !== GET_ASSERTION || ++asked > 1) return pass();
    await pass();
    throw new TransportError("LINK_CLOSED", "cut", { aftermath: "unknown" });
  };
  const { create, get } = await bench({ intercept: lostOnce });
  await create(RESIDENT);
  await expect(get({}, { profile: GECKO })).rejects.toMatchObject({
    code: "LINK_CLOSED",
    aftermath: "unknown",
  });
});
