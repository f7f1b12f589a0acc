import { equalBytes } from "../../core/bytes.js";
import { expectStatus, isOk, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import { assertWith, create, type Created, sendGet, sendMake } from "../ceremony.js";
import type { Check, Need } from "../check.js";
import { CTAP2, extension, optionOn } from "../needs.js";
import { demand, NotApplicable, shown } from "../verdict.js";

/** A check without what all checks of its extension have in common. */
export type Rule = Omit<Check, "severity" | "needs" | "uses"> & Partial<Check>;

/** A discoverable credential of the account that all of these checks share, so that a device is never filled up. */
const account = (bench: Bench) => ({ rpId: "series-1.invalid", rk: true, userId: bench.sha256("user 0") });

/** What an extension answered at creation. */
export const outputOf = ({ data }: Created, id: string) => data.extensions?.get(id);

const WITH_RK: readonly Need[] = [CTAP2, optionOn("rk")];

function demandOptionalUv(bench: Bench): void {
  if (bench.info.options?.["alwaysUv"] === true) throw new NotApplicable("the device always verifies");
}

/** Builds the checks of one extension; `rk` where they need a discoverable credential. */
export function forExtension(id: string, rules: readonly Rule[], { rk = false } = {}): readonly Check[] {
  const needs = [...(rk ? WITH_RK : [CTAP2]), extension(id)];
  const uses = rk ? (["presence", "store"] as const) : (["presence"] as const);
  return rules.map((rule) => ({ severity: "must", needs, uses, ...rule }));
}

const CRED_PROTECT = forExtension("credProtect", [
  ...[1, 2, 3].map((level): Rule => ({
    id: `cred-protect.level-${level}`,
    title: `credProtect of ${level} is answered with ${level} or more`,
    section: "12.1",
    async run(bench) {
      const output = outputOf(await create(bench, { extensions: [["credProtect", level]] }), "credProtect");
      demand(typeof output === "number" && output >= level && output <= 3, `${level} to 3`, shown(output));
    },
  })),
  ...[0, 4].map((level): Rule => ({
    id: `cred-protect.level-${level}`,
    title: `credProtect of ${level}, which is not defined, is refused with INVALID_OPTION or ignored`,
    section: "12.1",
    severity: "should",
    async run(bench) {
      const answer = await sendMake(bench, { extensions: [["credProtect", level]] });
      if (!isOk(answer))
        return expectStatus(answer, "INVALID_OPTION", "INVALID_PARAMETER", "CBOR_UNEXPECTED_TYPE");
      const made = await create(bench, { extensions: [["credProtect", level]] });
      demand(outputOf(made, "credProtect") !== level, "another level, or no output", `${level}`);
    },
  })),
  {
    id: "cred-protect.type",
    title: "credProtect that is no integer is refused",
    section: "12.1",
    async run(bench) {
      const answer = await sendMake(bench, { extensions: [["credProtect", "2"]] });
      expectStatus(answer, "CBOR_UNEXPECTED_TYPE", "INVALID_OPTION", "INVALID_CBOR");
    },
  },
  {
    id: "cred-protect.level-3-hidden",
    title: "a credential of level 3 is not used for a user who was not verified",
    section: "6.2.2 step 7",
    async run(bench) {
      demandOptionalUv(bench);
      const { id, rpId } = await create(bench, { extensions: [["credProtect", 3]] });
      const answer = await sendGet(bench, { rpId, list: [id], auth: "none" }, { gesture: "touch" });
      if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS or a demand for verification");
    },
  },
  {
    id: "cred-protect.level-2-listed",
    title: "a credential of level 2 is used where the allowList names it",
    section: "6.2.2 step 7",
    async run(bench) {
      demandOptionalUv(bench);
      const { id, rpId } = await create(bench, { extensions: [["credProtect", 2]] });
      expectStatus(await sendGet(bench, { rpId, list: [id], auth: "none" }), "OK");
    },
  },
]);

const CRED_PROTECT_RK = forExtension(
  "credProtect",
  [
    {
      id: "cred-protect.level-2-hidden",
      title: "a credential of level 2 is not found without an allowList and verification",
      section: "6.2.2 step 7",
      async run(bench) {
        demandOptionalUv(bench);
        const { rpId } = await create(bench, { ...account(bench), extensions: [["credProtect", 2]] });
        const answer = await sendGet(bench, { rpId, auth: "none" });
        if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS");
      },
    },
  ],
  { rk: true },
);

const OTHERS: readonly Check[] = [
  ...forExtension(
    "credBlob",
    [
      {
        id: "cred-blob.kept",
        title: "a credBlob that fits is kept and given back",
        section: "12.2",
        async run(bench) {
          const blob = bench.env.entropy.bytes(32);
          const made = await create(bench, { ...account(bench), extensions: [["credBlob", blob]] });
          demand(outputOf(made, "credBlob") === true, "true", shown(outputOf(made, "credBlob")));
          const { data } = await assertWith(bench, {
            rpId: made.rpId,
            list: [made.id],
            extensions: [["credBlob", true]],
          });
          const back = data.extensions?.get("credBlob");
          demand(
            back instanceof Uint8Array && equalBytes(back, blob),
            "the bytes",
            back === undefined ? "none" : "others",
          );
        },
      },
      {
        id: "cred-blob.too-long",
        title: "a credBlob longer than maxCredBlobLength is answered with false",
        section: "12.2",
        async run(bench) {
          const blob = new Uint8Array((bench.info.maxCredBlobLength ?? 32) + 1);
          const made = await create(bench, { ...account(bench), extensions: [["credBlob", blob]] });
          demand(outputOf(made, "credBlob") === false, "false", shown(outputOf(made, "credBlob")));
        },
      },
      {
        id: "cred-blob.none",
        title: "a credential without credBlob gives no bytes",
        section: "12.2",
        async run(bench) {
          const made = await create(bench, account(bench));
          const { data } = await assertWith(bench, {
            rpId: made.rpId,
            list: [made.id],
            extensions: [["credBlob", true]],
          });
          const back = data.extensions?.get("credBlob");
          demand(back === undefined || (back instanceof Uint8Array && back.length === 0), "no bytes", "some");
        },
      },
    ],
    { rk: true },
  ),
  ...forExtension(
    "largeBlobKey",
    [
      {
        id: "large-blob-key.given",
        title: "largeBlobKey: true gives 32 bytes beside the authenticator data, the same at each assertion",
        section: "12.3",
        async run(bench) {
          const { map, rpId, id, data } = await create(bench, {
            ...account(bench),
            extensions: [["largeBlobKey", true]],
          });
          const key = map.get(5);
          demand(
            key instanceof Uint8Array && key.length === 32,
            "32 bytes",
            key === undefined ? "none" : "another",
          );
          demand(data.extensions?.has("largeBlobKey") !== true, "none in the authenticator data", "one");
          const asserted = await assertWith(bench, {
            rpId,
            list: [id],
            extensions: [["largeBlobKey", true]],
          });
          const again = asserted.map.get(7);
          demand(
            again instanceof Uint8Array && equalBytes(again, key),
            "the same key",
            again === undefined ? "none" : "another",
          );
        },
      },
      {
        id: "large-blob-key.not-discoverable",
        title: "largeBlobKey for a credential that is not discoverable is refused with INVALID_OPTION",
        section: "12.3",
        async run(bench) {
          expectStatus(
            await sendMake(bench, { rk: false, extensions: [["largeBlobKey", true]] }),
            "INVALID_OPTION",
          );
        },
      },
      {
        id: "large-blob-key.false",
        title: "largeBlobKey: false is refused with INVALID_OPTION",
        section: "12.3",
        async run(bench) {
          const answer = await sendMake(bench, { ...account(bench), extensions: [["largeBlobKey", false]] });
          expectStatus(answer, "INVALID_OPTION");
        },
      },
    ],
    { rk: true },
  ),
  ...forExtension("minPinLength", [
    {
      id: "min-pin-length.not-on-the-list",
      title: "minPinLength is not told to an RP ID that is not on the list",
      section: "12.5",
      async run(bench) {
        const output = outputOf(
          await create(bench, { extensions: [["minPinLength", true]] }),
          "minPinLength",
        );
        demand(output === undefined, "no output", shown(output));
      },
    },
  ]),
  ...forExtension("thirdPartyPayment", [
    {
      id: "third-party-payment.told",
      title: "an assertion tells whether the credential was made for third-party payment",
      section: "12.10",
      async run(bench) {
        for (const wanted of [true, false]) {
          const made = await create(bench, wanted ? { extensions: [["thirdPartyPayment", true]] } : {});
          const extensions = [["thirdPartyPayment", true]] as const;
          const { data } = await assertWith(bench, { rpId: made.rpId, list: [made.id], extensions });
          const told = data.extensions?.get("thirdPartyPayment");
          demand(told === wanted, shown(wanted), shown(told));
        }
      },
    },
  ]),
];

/** Extensions of credentials. */
export const EXTENSION_CHECKS: readonly Check[] = [...CRED_PROTECT, ...CRED_PROTECT_RK, ...OTHERS];
