import { CtapCommand } from "../../ctap/command.js";
import { describeAnswer, expectStatus, statusOf, wrongAnswer } from "../answer.js";
import { create, descriptor, makeRequest, sendMake } from "../ceremony.js";
import type { Check } from "../check.js";
import { CTAP2, hasOption, optionOff, optionOn } from "../needs.js";
import { emptyParam, zeroParam } from "../pin.js";
import { expectMade, type Rule } from "./make-credential.js";

/** Key of pinUvAuthParam. */
const PARAM = 8;

const EXCLUDE: readonly Rule[] = [
  {
    id: "make-credential.excluded",
    title: "an excludeList with a credential of the device is refused with CREDENTIAL_EXCLUDED",
    section: "6.1.2 step 12",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      expectStatus(await sendMake(bench, { rpId, list: [id] }), "CREDENTIAL_EXCLUDED");
    },
  },
  {
    id: "make-credential.excluded-after-touch",
    title: "CREDENTIAL_EXCLUDED is said after a touch only",
    section: "6.1.2 step 12",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const answer = await sendMake(bench, { rpId, list: [id] }, { gesture: "leave", cancelAfterMs: 1_000 });
      const told = statusOf(answer) === 0x19 && answer.tookMs < 900;
      if (told) throw wrongAnswer(answer, "a wait for the touch", `${describeAnswer(answer)} at once`);
    },
  },
  {
    id: "make-credential.excluded-not-first",
    title: "a credential of the device is found behind an unknown one",
    section: "6.1.2 step 12",
    uses: ["presence"],
    needs: [
      CTAP2,
      { lacks: "takes one entry at a time", holds: ({ info }) => (info?.maxCredentialCountInList ?? 8) > 1 },
    ],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const unknown = new Uint8Array(id.length).fill(0x5c);
      expectStatus(await sendMake(bench, { rpId, list: [unknown, id] }), "CREDENTIAL_EXCLUDED");
    },
  },
  {
    id: "make-credential.exclude-unknown",
    title: "an excludeList with an unknown credential excludes nothing",
    section: "6.1.2 step 12",
    uses: ["presence"],
    async run(bench) {
      await expectMade(bench, { list: [new Uint8Array(32).fill(0x5c)] });
    },
  },
  {
    id: "make-credential.exclude-other-rp",
    title: "a credential of another RP ID excludes nothing",
    section: "6.1.2 step 12",
    uses: ["presence"],
    async run(bench) {
      const { id } = await create(bench);
      await expectMade(bench, { list: [id] });
    },
  },
  {
    id: "make-credential.exclude-other-type",
    title: "an excludeList entry of an unknown type excludes nothing",
    section: "6.1.2 step 12",
    severity: "should",
    uses: ["presence"],
    async run(bench) {
      const { id, rpId } = await create(bench);
      const other = new Map([...descriptor(id), ["type", "other-key"]]);
      await expectMade(bench, { rpId, members: [[5, [other]]] });
    },
  },
];

const TOKENLESS: readonly Rule[] = [
  {
    id: "make-credential.without-token-with-pin",
    title: "with a PIN set, a discoverable credential without a token is refused with PUAT_REQUIRED",
    section: "6.1.2 step 7",
    pin: "set",
    needs: [
      CTAP2,
      hasOption("clientPin"),
      optionOn("rk"),
      optionOff("uv"),
      optionOff("noMcGaPermissionsWithClientPin"),
    ],
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "none", rk: true });
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters), "PUAT_REQUIRED");
    },
  },
  {
    id: "make-credential.token-without-pin",
    title: "a pinUvAuthParam without a PIN is refused with PIN_NOT_SET",
    section: "6.1.2 step 11",
    severity: "should",
    pin: "unset",
    needs: [CTAP2, hasOption("clientPin"), optionOff("uv"), optionOff("alwaysUv")],
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "none", members: zeroParam(bench, PARAM) });
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters), "PIN_NOT_SET");
    },
  },
  {
    id: "make-credential.empty-param-asks-touch",
    title: "an empty pinUvAuthParam asks for a touch and then says whether a PIN is set",
    section: "6.1.2 step 1",
    severity: "should",
    uses: ["presence"],
    needs: [CTAP2, hasOption("clientPin")],
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "none", members: emptyParam(bench, PARAM) });
      const answer = await bench.send(CtapCommand.makeCredential, parameters, { gesture: "touch" });
      expectStatus(answer, bench.info.options?.["clientPin"] === true ? "PIN_INVALID" : "PIN_NOT_SET");
      const asked = answer.keepalives.some(({ status }) => status === 2);
      if (bench.hasWire && !asked) throw wrongAnswer(answer, "a request for a touch", "none");
    },
  },
  {
    id: "make-credential.empty-param-with-pin",
    title: "an empty pinUvAuthParam, where a PIN is set, is refused with PIN_INVALID after a touch",
    section: "6.1.2 step 1",
    severity: "should",
    pin: "set",
    uses: ["presence"],
    needs: [CTAP2, hasOption("clientPin")],
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "none", members: emptyParam(bench, PARAM) });
      const answer = await bench.send(CtapCommand.makeCredential, parameters, { gesture: "touch" });
      expectStatus(answer, "PIN_INVALID");
    },
  },
];

/** makeCredential with an excludeList, and without the token that it would need. */
export const EXCLUSION_CHECKS: readonly Check[] = [...EXCLUDE, ...TOKENLESS].map((rule) => ({
  severity: "must",
  needs: [CTAP2],
  ...rule,
}));
