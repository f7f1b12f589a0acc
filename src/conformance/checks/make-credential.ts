import type { CborKey, CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { expectMap, expectStatus, isOk, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import { create, firstAlgorithm, makeRequest, parameter, sendMake } from "../ceremony.js";
import type { Check } from "../check.js";
import { CTAP2, CTAP21, optionOff } from "../needs.js";
import { demand } from "../verdict.js";

/** A check without what all checks of makeCredential have in common. */
export type Rule = Omit<Check, "severity" | "needs"> & Partial<Pick<Check, "severity" | "needs">>;

const STRANGE_ALG = -60_000;

/** @returns the answer. @throws {CheckFailure} unless a credential is made. */
export async function expectMade(
  bench: Bench,
  ...args: Parameters<typeof sendMake> extends [Bench, ...infer Rest] ? Rest : never
) {
  const answer = await sendMake(bench, ...args);
  expectStatus(answer, "OK");
  return answer;
}

const BASICS: readonly Rule[] = [
  {
    id: "make-credential.made",
    title: "a plain request with a touch makes a credential",
    section: "6.1.2",
    uses: ["presence"],
    async run(bench) {
      const answer = await expectMade(bench);
      const map = expectMap(answer);
      const missing = [1, 2, 3].find((key) => !map.has(key));
      if (missing !== undefined)
        throw wrongAnswer(answer, "fmt, authData and attStmt", `no member ${missing}`);
      return { bytes: answer.bytes?.length ?? 0, tookMs: Math.round(answer.tookMs) };
    },
  },
  {
    id: "make-credential.asks-for-touch",
    title: "no credential is made without a touch",
    section: "6.1.2 step 14",
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "default" });
      const answer = await bench.send(CtapCommand.makeCredential, parameters, {
        gesture: "leave",
        cancelAfterMs: 1_000,
      });
      if (isOk(answer)) throw wrongAnswer(answer, "no credential while nobody touches");
    },
  },
  {
    id: "make-credential.touch-timeout",
    title: "a touch that never comes ends the request with OPERATION_DENIED, within two minutes",
    section: "6.1.2 step 14",
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "default" });
      const answer = await bench.send(CtapCommand.makeCredential, parameters, {
        gesture: "leave",
        patienceMs: 120_000,
      });
      expectStatus(
        answer,
        ...(bench.info.options?.["uv"] === true
          ? (["OPERATION_DENIED", "USER_ACTION_TIMEOUT"] as const)
          : (["OPERATION_DENIED"] as const)),
      );
      return { afterMs: Math.round(answer.tookMs) };
    },
  },
  {
    id: "make-credential.credentials-differ",
    title: "two credentials have different ids and keys",
    section: "6.1.2 step 16",
    uses: ["presence"],
    async run(bench) {
      const [one, two] = [await create(bench), await create(bench)];
      demand(!equalBytes(one.id, two.id), "another id", "the same id");
    },
  },
  {
    id: "make-credential.credential-id-length",
    title: "a credential id has at most 1023 bytes and no more than maxCredentialIdLength",
    section: "6.4",
    uses: ["presence"],
    async run(bench) {
      const { id } = await create(bench);
      const max = bench.info.maxCredentialIdLength ?? 1023;
      demand(id.length > 0 && id.length <= max, `1 to ${max} bytes`, `${id.length}`);
      return { bytes: id.length };
    },
  },
];

const ALGORITHMS: readonly Rule[] = [
  {
    id: "make-credential.unsupported-algorithm",
    title: "algorithms that the device does not have are refused with UNSUPPORTED_ALGORITHM",
    section: "6.1.2 step 3",
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "none", members: [[4, [parameter(STRANGE_ALG)]]] });
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters), "UNSUPPORTED_ALGORITHM");
    },
  },
  {
    id: "make-credential.unknown-type",
    title: "an entry of an unknown type counts as unsupported",
    section: "6.1.2 step 3",
    async run(bench) {
      const members = [[4, [parameter(firstAlgorithm(bench), "other-key")]]] as const;
      const parameters = await makeRequest(bench, { auth: "none", members });
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters), "UNSUPPORTED_ALGORITHM");
    },
  },
  {
    id: "make-credential.skips-unknown-algorithm",
    title: "an unknown algorithm before a known one is skipped",
    section: "6.1.2 step 3",
    uses: ["presence"],
    async run(bench) {
      await expectMade(bench, { members: [[4, [parameter(STRANGE_ALG), parameter(firstAlgorithm(bench))]]] });
    },
  },
  {
    id: "make-credential.skips-unknown-type",
    title: "an entry of an unknown type before a known one is skipped",
    section: "6.1.2 step 3",
    uses: ["presence"],
    async run(bench) {
      const alg = firstAlgorithm(bench);
      await expectMade(bench, { members: [[4, [parameter(alg, "other-key"), parameter(alg)]]] });
    },
  },
  {
    id: "make-credential.first-algorithm-wins",
    title: "the first algorithm of the list that the device has is chosen",
    section: "6.1.2 step 3",
    uses: ["presence"],
    needs: [
      CTAP2,
      { lacks: "names fewer than two algorithms", holds: ({ info }) => (info?.algorithms?.length ?? 0) > 1 },
    ],
    async run(bench) {
      const algorithms = (bench.info.algorithms ?? []).slice(0, 2).map(({ alg }) => alg);
      for (const list of [algorithms, [...algorithms].reverse()]) {
        const { publicKey } = await create(bench, { members: [[4, list.map((alg) => parameter(alg))]] });
        demand(publicKey.alg === list[0], `algorithm ${list[0]}`, `${publicKey.alg}`);
      }
    },
  },
  {
    id: "make-credential.every-algorithm",
    title: "a credential of each algorithm that the device names can be made",
    section: "6.4",
    uses: ["presence"],
    needs: [CTAP2, { lacks: "names no algorithms", holds: ({ info }) => info?.algorithms !== undefined }],
    async run(bench) {
      const algorithms = bench.info.algorithms ?? [];
      for (const { alg } of algorithms) {
        const { publicKey } = await create(bench, { members: [[4, [parameter(alg)]]] });
        demand(publicKey.alg === alg, `algorithm ${alg}`, `${publicKey.alg}`);
      }
      return { algorithms: algorithms.map(({ alg }) => alg).join(" ") };
    },
  },
];

const OPTIONS: readonly Rule[] = [
  {
    id: "make-credential.option-up-false",
    title: "the option up: false is refused with INVALID_OPTION",
    section: "6.1.2 step 5",
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "none", up: false });
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters), "INVALID_OPTION");
    },
  },
  {
    id: "make-credential.option-up-true",
    title: "the option up: true is accepted",
    section: "6.1.2 step 5",
    uses: ["presence"],
    needs: [CTAP2, CTAP21],
    async run(bench) {
      await expectMade(bench, { up: true });
    },
  },
  {
    id: "make-credential.option-uv-unsupported",
    title: "the option uv: true without configured built-in verification is refused with INVALID_OPTION",
    section: "6.1.2 step 5",
    needs: [CTAP2, optionOff("uv")],
    async run(bench) {
      const options = new Map<CborKey, CborValue>([["uv", true]]);
      const parameters = await makeRequest(bench, { auth: "none", members: [[7, options]] });
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters), "INVALID_OPTION");
    },
  },
  {
    id: "make-credential.option-rk-unsupported",
    title: "the option rk on a device without it is refused with UNSUPPORTED_OPTION",
    section: "6.1.2 step 5",
    needs: [CTAP2, optionOff("rk")],
    async run(bench) {
      const parameters = await makeRequest(bench, { auth: "none", rk: true });
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters), "UNSUPPORTED_OPTION");
    },
  },
  {
    id: "make-credential.option-unknown",
    title: "an option that is not defined is ignored",
    section: "6.1.2 step 5",
    uses: ["presence"],
    async run(bench) {
      const request = await makeRequest(bench);
      const options = new Map(request.get(7) as ReadonlyMap<CborKey, CborValue> | undefined);
      const parameters = new Map([...request, [7, options.set("conformance", true)]]);
      expectStatus(await bench.send(CtapCommand.makeCredential, parameters, { gesture: "touch" }), "OK");
    },
  },
  {
    id: "make-credential.unknown-member",
    title: "a member that is not defined is ignored",
    section: "8",
    uses: ["presence"],
    async run(bench) {
      await expectMade(bench, { members: [[0x17, 1]] });
    },
  },
  {
    id: "make-credential.unknown-user-member",
    title: "members of rp and user that are not defined are ignored, an icon among them",
    section: "6.1.2",
    uses: ["presence"],
    async run(bench) {
      const rpId = bench.freshRpId();
      const rp = new Map([
        ["id", rpId],
        ["icon", "https://icon.invalid"],
        ["name", "N"],
        ["strange", "x"],
      ]);
      await expectMade(bench, { rpId, members: [[2, rp]] });
    },
  },
  {
    id: "make-credential.names-optional",
    title: "rp.name, user.name and user.displayName may be left out",
    section: "6.1.2",
    uses: ["presence"],
    async run(bench) {
      const rpId = bench.freshRpId();
      const user = new Map<CborKey, CborValue>([["id", bench.hash()]]);
      await expectMade(bench, {
        rpId,
        members: [
          [2, new Map([["id", rpId]])],
          [3, user],
        ],
      });
    },
  },
  {
    id: "make-credential.long-names",
    title: "names longer than 64 bytes are accepted",
    section: "6.1.2",
    uses: ["presence"],
    async run(bench) {
      const name = "ü".repeat(80);
      const user = new Map<CborKey, CborValue>([
        ["id", bench.hash()],
        ["name", name],
        ["displayName", name],
      ]);
      await expectMade(bench, { members: [[3, user]] });
    },
  },
  {
    id: "make-credential.user-id-of-64",
    title: "a user.id of 64 bytes is accepted",
    section: "6.1.2",
    uses: ["presence"],
    async run(bench) {
      await expectMade(bench, { userId: bench.env.entropy.bytes(64) });
    },
  },
  {
    id: "make-credential.unknown-extension",
    title: "an extension that is not defined is ignored and not answered",
    section: "6.1.2 step 15",
    uses: ["presence"],
    async run(bench) {
      const answer = await expectMade(bench, { extensions: [["conformance", true]] });
      const { data } = await create(bench, { extensions: [["conformance", true]] });
      if (data.extensions?.has("conformance")) throw wrongAnswer(answer, "no output", "an output");
    },
  },
  {
    id: "make-credential.enterprise-unsupported",
    title: "enterpriseAttestation on a device without ep is refused with INVALID_PARAMETER",
    section: "6.1.2 step 9",
    needs: [CTAP2, CTAP21, optionOff("ep")],
    uses: ["presence"],
    async run(bench) {
      const answer = await sendMake(bench, { members: [[0x0a, 1]] });
      expectStatus(answer, "INVALID_PARAMETER");
    },
  },
];

/** makeCredential. */
export const MAKE_CREDENTIAL_CHECKS: readonly Check[] = [...BASICS, ...ALGORITHMS, ...OPTIONS].map(
  (rule) => ({ severity: "must", needs: [CTAP2], ...rule }),
);
