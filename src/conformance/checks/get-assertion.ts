import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { describeAnswer, expectMap, expectStatus, isOk, statusOf, wrongAnswer } from "../answer.js";
import {
  assertWith,
  create,
  descriptor,
  getRequest,
  isSignedBy,
  readAsserted,
  sendGet,
} from "../ceremony.js";
import type { Check } from "../check.js";
import { CTAP2, hasOption, optionOff, optionOn } from "../needs.js";
import { zeroParam } from "../pin.js";
import { demand, NotApplicable, shown } from "../verdict.js";

type Rule = Omit<Check, "severity" | "needs"> & Partial<Pick<Check, "severity" | "needs">>;

const UNKNOWN_ID = new Uint8Array(32).fill(0x5c);
const GET = CtapCommand.getAssertion;
/** Key of pinUvAuthParam. */
const PARAM = 6;

const BASICS: readonly Rule[] = [
  {
    id: "get-assertion.signed",
    title: "the signature is that of the credential's key over authenticator data and client data hash",
    section: "6.2.2 step 13",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId, publicKey } = await create(bench);
      const asserted = await assertWith(bench, { rpId, list: [id] });
      demand(isSignedBy(bench, publicKey, asserted), "a signature that verifies", "one that does not");
      return { tookMs: Math.round(asserted.answer.tookMs) };
    },
  },
  {
    id: "get-assertion.credential-named",
    title: "the credential is named in the answer",
    section: "6.2.2 step 13",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const { map } = await assertWith(bench, { rpId, list: [id] });
      const named = map.get(1) as CborMap | undefined;
      const got = named?.get("id");
      demand(
        got instanceof Uint8Array && equalBytes(got, id),
        "the credential's id",
        named === undefined ? "no credential" : "another id",
      );
      demand(named?.get("type") === "public-key", "type public-key", shown(named?.get("type")));
    },
  },
  {
    id: "get-assertion.rp-id-hash",
    title: "authenticator data begin with the SHA-256 of the RP ID",
    section: "6.2.2 step 13",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const { data } = await assertWith(bench, { rpId, list: [id] });
      demand(equalBytes(data.rpIdHash, bench.sha256(rpId)), "the hash of the RP ID", "another hash");
    },
  },
  {
    id: "get-assertion.no-attested-data",
    title: "authenticator data of an assertion carry no attested credential",
    section: "6.2.2 step 13",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const { data } = await assertWith(bench, { rpId, list: [id] });
      demand(data.attested === undefined, "none", "an attested credential");
    },
  },
  {
    id: "get-assertion.flag-up",
    title: "the flag UP is set after a touch",
    section: "6.2.2 step 9",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const { data } = await assertWith(bench, { rpId, list: [id] });
      demand(data.userPresent, "UP", "no UP");
    },
  },
  {
    id: "get-assertion.counter-grows",
    title: "the signature counter grows from one assertion to the next, or is always zero",
    section: "6.2.2 step 13",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId, data } = await create(bench);
      const counts = [data.signCount];
      for (let round = 0; round < 3; round++) {
        counts.push((await assertWith(bench, { rpId, list: [id] })).data.signCount);
      }
      const grows = counts.slice(1).every((count, index) => count > (counts[index] ?? 0) || count === 0);
      const zero = counts.every((count) => count === 0);
      demand(zero || (grows && counts.at(-1) !== 0), "a counter that grows", counts.join(", "));
      return { counts: counts.join(" ") };
    },
  },
  {
    id: "get-assertion.asks-for-touch",
    title: "no assertion is made without a touch",
    section: "6.2.2 step 9",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const answer = await sendGet(bench, { rpId, list: [id] }, { gesture: "leave", cancelAfterMs: 1_000 });
      if (isOk(answer)) throw wrongAnswer(answer, "no assertion while nobody touches");
    },
  },
  {
    id: "get-assertion.touch-timeout",
    title: "a touch that never comes ends the request with OPERATION_DENIED, within two minutes",
    section: "6.2.2 step 9",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const answer = await sendGet(bench, { rpId, list: [id] }, { gesture: "leave", patienceMs: 120_000 });
      const uv = bench.info.options?.["uv"] === true;
      expectStatus(answer, "OPERATION_DENIED", ...(uv ? (["USER_ACTION_TIMEOUT"] as const) : []));
      return { afterMs: Math.round(answer.tookMs) };
    },
  },
];

const LISTS: readonly Rule[] = [
  {
    id: "get-assertion.unknown-credential",
    title: "an allowList of unknown credentials is refused with NO_CREDENTIALS",
    section: "6.2.2 step 7",
    uses: ["presence"],
    async run(bench) {
      const answer = await sendGet(bench, { rpId: bench.freshRpId(), list: [UNKNOWN_ID] });
      expectStatus(answer, "NO_CREDENTIALS");
    },
  },
  {
    id: "get-assertion.unknown-credential-at-once",
    title: "NO_CREDENTIALS is said without a touch",
    section: "6.2.2 step 7",
    needs: [CTAP2, optionOff("alwaysUv")],
    severity: "should",
    async run(bench) {
      const parameters = await getRequest(bench, {
        rpId: bench.freshRpId(),
        list: [UNKNOWN_ID],
        auth: "none",
      });
      const answer = await bench.send(GET, parameters, { gesture: "leave", cancelAfterMs: 2_000 });
      if (statusOf(answer) === 0x2d) throw wrongAnswer(answer, "an answer at once", "a wait for the user");
    },
  },
  {
    id: "get-assertion.other-rp",
    title: "a credential of another RP ID is not used",
    section: "6.2.2 step 7",
    uses: ["presence"],
    async run(bench) {
      const { id } = await create(bench);
      const answer = await sendGet(bench, { rpId: bench.freshRpId(), list: [id] });
      if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS");
    },
  },
  {
    id: "get-assertion.damaged-id",
    title: "a credential id with one bit turned over is unknown",
    section: "6.2.2 step 7",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const damaged = id.slice();
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      const answer = await sendGet(bench, { rpId, list: [damaged] });
      if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS");
    },
  },
  {
    id: "get-assertion.second-of-list",
    title: "a credential of the device is found behind an unknown one",
    section: "6.2.2 step 7",
    uses: ["presence"],
    needs: [
      CTAP2,
      { lacks: "takes one entry at a time", holds: ({ info }) => (info?.maxCredentialCountInList ?? 8) > 1 },
    ],
    async run(bench) {
      const { id, rpId, publicKey } = await create(bench);
      const asserted = await assertWith(bench, { rpId, list: [UNKNOWN_ID, id] });
      demand(isSignedBy(bench, publicKey, asserted), "a signature of the known one", "another");
    },
  },
  {
    id: "get-assertion.no-number-with-list",
    title: "numberOfCredentials is not said where an allowList was given",
    section: "6.2.2 step 11",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const { map } = await assertWith(bench, { rpId, list: [id] });
      demand(!map.has(5), "no numberOfCredentials", shown(map.get(5)));
    },
  },
  {
    id: "get-assertion.other-type",
    title: "an allowList entry of an unknown type is skipped",
    section: "6.2.2 step 7",
    severity: "should",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const other = new Map([...descriptor(id), ["type", "other-key"]]);
      const parameters = await getRequest(bench, { rpId, members: [[3, [other]]] });
      const answer = await bench.send(GET, parameters, { gesture: "touch" });
      if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS");
    },
  },
  {
    id: "get-assertion.transports-ignored",
    title: "transports in an allowList entry are ignored",
    section: "6.2.2 step 7",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const entry = new Map<CborKey, CborValue>([...descriptor(id), ["transports", ["usb"]]]);
      const parameters = await getRequest(bench, { rpId, members: [[3, [entry]]] });
      expectStatus(await bench.send(GET, parameters, { gesture: "touch" }), "OK");
    },
  },
  {
    id: "get-assertion.nothing-discoverable",
    title: "without an allowList, an RP ID without discoverable credentials gets NO_CREDENTIALS",
    section: "6.2.2 step 7",
    uses: ["presence"],
    async run(bench) {
      expectStatus(await sendGet(bench, { rpId: bench.freshRpId() }), "NO_CREDENTIALS");
    },
  },
  {
    id: "get-assertion.not-discoverable",
    title: "a credential made with rk: false is not found without an allowList",
    section: "6.1.2 step 18",
    uses: ["presence"],
    needs: [CTAP2, optionOn("rk")],
    async run(bench) {
      const { rpId } = await create(bench, { rk: false });
      const answer = await sendGet(bench, { rpId });
      if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS");
    },
  },
];

const OPTIONS: readonly Rule[] = [
  {
    id: "get-assertion.up-false",
    title: "with up: false the device signs without a touch, and UP is clear",
    section: "6.2.2 step 9",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const parameters = await getRequest(bench, { rpId, list: [id], up: false, auth: "none" });
      const answer = await bench.send(GET, parameters);
      if (answer.cancelledTouch) throw wrongAnswer(answer, "no wait for a touch");
      const { data } = readAsserted(answer, parameters.get(2) as Uint8Array);
      demand(!data.userPresent, "no UP", "UP");
    },
  },
  {
    id: "get-assertion.option-rk",
    title: "the option rk is refused",
    section: "6.2.2 step 4",
    async run(bench) {
      const parameters = await getRequest(bench, { rpId: bench.freshRpId(), rk: true, auth: "none" });
      expectStatus(await bench.send(GET, parameters), "UNSUPPORTED_OPTION", "INVALID_OPTION");
    },
  },
  {
    id: "get-assertion.option-uv-unsupported",
    title: "the option uv: true without configured built-in verification is refused with INVALID_OPTION",
    section: "6.2.2 step 4",
    needs: [CTAP2, optionOff("uv")],
    async run(bench) {
      const members = [[5, new Map<CborKey, CborValue>([["uv", true]])]] as const;
      const parameters = await getRequest(bench, { rpId: bench.freshRpId(), auth: "none", members });
      expectStatus(await bench.send(GET, parameters), "INVALID_OPTION");
    },
  },
  {
    id: "get-assertion.option-unknown",
    title: "an option that is not defined is ignored",
    section: "6.2.2 step 4",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const request = await getRequest(bench, { rpId, list: [id] });
      const options = new Map(request.get(5) as ReadonlyMap<CborKey, CborValue> | undefined);
      const parameters = new Map([...request, [5, options.set("conformance", true)]]);
      expectStatus(await bench.send(GET, parameters, { gesture: "touch" }), "OK");
    },
  },
  {
    id: "get-assertion.unknown-member",
    title: "a member that is not defined is ignored",
    section: "8",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      expectStatus(await sendGet(bench, { rpId, list: [id], members: [[0x17, 1]] }), "OK");
    },
  },
  {
    id: "get-assertion.unknown-extension",
    title: "an extension that is not defined is ignored",
    section: "6.2.2 step 10",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const { data } = await assertWith(bench, { rpId, list: [id], extensions: [["conformance", true]] });
      demand(data.extensions?.has("conformance") !== true, "no output", "an output");
    },
  },
  {
    id: "get-assertion.token-without-pin",
    title: "a pinUvAuthParam without a PIN is refused with PIN_NOT_SET",
    section: "6.2.2 step 6",
    severity: "should",
    pin: "unset",
    needs: [CTAP2, hasOption("clientPin"), optionOff("uv"), optionOff("alwaysUv")],
    async run(bench) {
      const members = zeroParam(bench, PARAM);
      const parameters = await getRequest(bench, { rpId: bench.freshRpId(), auth: "none", members });
      const answer = await bench.send(GET, parameters);
      if (statusOf(answer) === 0x2e)
        throw new NotApplicable(`the device answers ${describeAnswer(answer)} first`);
      expectStatus(answer, "PIN_NOT_SET");
    },
  },
  {
    id: "get-assertion.message-size",
    title: "an assertion's answer is a map of known members",
    section: "6.2",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const answer = await sendGet(bench, { rpId, list: [id] });
      const strange = [...expectMap(answer).keys()].find(
        (key) => typeof key !== "number" || key < 1 || key > 8,
      );
      demand(strange === undefined, "members 1 to 8", shown(strange));
      return { bytes: answer.bytes?.length ?? 0 };
    },
  },
];

/** getAssertion. */
export const GET_ASSERTION_CHECKS: readonly Check[] = [...BASICS, ...LISTS, ...OPTIONS].map((rule) => ({
  severity: "must",
  needs: [CTAP2],
  ...rule,
}));
