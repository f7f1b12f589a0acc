import { scanCbor } from "../../cbor/scan.js";
import type { CborMap } from "../../cbor/value.js";
import { ByteReader, equalBytes } from "../../core/bytes.js";
import { isHarnessError } from "../../core/errors.js";
import { encodeCoseKey } from "../../ctap/messages/cose.js";
import { verifyAttestation } from "../../webauthn/rp/verify-attestation.js";
import { describeAnswer, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import { create, type Created } from "../ceremony.js";
import type { Check, Observations } from "../check.js";
import { CTAP2 } from "../needs.js";
import { demand, NotApplicable, shown } from "../verdict.js";

const FLAG = { UP: 0x01, RFU1: 0x02, UV: 0x04, BE: 0x08, BS: 0x10, RFU2: 0x20, AT: 0x40, ED: 0x80 } as const;

const flagsOf = ({ authData }: Created) => authData[32] ?? 0;

/** Where the credential's key begins in authenticator data. */
const keyStart = ({ id }: Created) => 32 + 1 + 4 + 16 + 2 + id.length;

type Rule = Pick<Check, "id" | "title" | "section"> &
  Partial<Pick<Check, "severity">> & {
    readonly look: (made: Created, bench: Bench) => unknown;
  };

const RULES: readonly Rule[] = [
  {
    id: "auth-data.rp-id-hash",
    title: "authenticator data of a new credential begin with the SHA-256 of the RP ID",
    section: "6.1.2 step 19",
    look({ data, rpId }, bench) {
      demand(equalBytes(data.rpIdHash, bench.sha256(rpId)), "the hash of the RP ID", "another hash");
    },
  },
  {
    id: "auth-data.flag-up",
    title: "the flag UP is set in a new credential",
    section: "6.1.2 step 14",
    look(made) {
      demand((flagsOf(made) & FLAG.UP) !== 0, "UP", "no UP");
    },
  },
  {
    id: "auth-data.flag-at",
    title: "the flag AT is set in a new credential",
    section: "6.1.2 step 19",
    look(made) {
      demand((flagsOf(made) & FLAG.AT) !== 0, "AT", "no AT");
    },
  },
  {
    id: "auth-data.flags-reserved",
    title: "reserved flags are zero",
    section: "6.1.2 step 19",
    look(made) {
      demand((flagsOf(made) & (FLAG.RFU1 | FLAG.RFU2)) === 0, "zero", flagsOf(made).toString(16));
    },
  },
  {
    id: "auth-data.flag-ed-without-extensions",
    title: "the flag ED is clear where no extension answers",
    section: "6.1.2 step 15",
    look(made) {
      demand((flagsOf(made) & FLAG.ED) === 0, "no ED", "ED");
    },
  },
  {
    id: "auth-data.backup-flags",
    title: "the flag BS comes with BE",
    section: "6.1.2 step 19",
    look(made) {
      const flags = flagsOf(made);
      demand((flags & FLAG.BS) === 0 || (flags & FLAG.BE) !== 0, "BE with BS", "BS alone");
    },
  },
  {
    id: "auth-data.aaguid",
    title: "the AAGUID is that of getInfo, or zeros where the attestation says nothing of the model",
    section: "6.1.2 step 19",
    look({ data, map }, bench) {
      const aaguid = data.attested?.aaguid ?? new Uint8Array(0);
      const zero = aaguid.every((byte) => byte === 0);
      const fmt = map.get(1);
      const good = equalBytes(aaguid, bench.info.aaguid) || (zero && (fmt === "none" || fmt === "fido-u2f"));
      demand(good, "the AAGUID of getInfo", zero ? "zeros" : "another");
    },
  },
  {
    id: "auth-data.lengths",
    title: "authenticator data end where their flags say",
    section: "6.1.2 step 19",
    look(made) {
      const start = keyStart(made);
      const { end } = scanCbor(made.authData.subarray(start));
      demand(made.authData.length === start + end, `${start + end} bytes`, `${made.authData.length}`);
    },
  },
  {
    id: "auth-data.key-canonical",
    title: "the credential's key is in CTAP2 canonical CBOR, with the members of its type and no others",
    section: "8",
    look(made) {
      const { publicKeyCose } = made.data.attested ?? { publicKeyCose: new Uint8Array(0) };
      const rewritten = encodeCoseKey(made.publicKey);
      demand(equalBytes(publicKeyCose, rewritten), "the canonical form", "another form");
    },
  },
  {
    id: "auth-data.credential-id-length-field",
    title: "the length of the credential id is stated in two bytes",
    section: "6.1.2 step 19",
    look(made) {
      const stated = new ByteReader(made.authData.subarray(53, 55)).uint(2);
      demand(stated === made.id.length, `${made.id.length}`, `${stated}`);
    },
  },
  {
    id: "attestation.format-known",
    title: "the attestation has a format that getInfo lists, or none",
    section: "6.1.2 step 19",
    look({ map }, bench) {
      const fmt = map.get(1);
      const listed = bench.info.attestationFormats;
      demand(typeof fmt === "string", "a text", typeof fmt);
      demand(fmt === "none" || listed === undefined || listed.includes(fmt), listed?.join(", ") ?? "", fmt);
      return { fmt };
    },
  },
  {
    id: "attestation.none-is-empty",
    title: "a statement of the format none is an empty map",
    section: "6.1.2 step 19",
    look({ map }) {
      if (map.get(1) !== "none") throw new NotApplicable("the device attests");
      const statement = map.get(3) as CborMap | undefined;
      demand(statement instanceof Map && statement.size === 0, "an empty map", "members");
    },
  },
  {
    id: "attestation.verifies",
    title: "the attestation statement verifies, its certificates' form included",
    section: "6.1.2 step 19",
    look({ map, authData, hash }, bench) {
      const attestationObject = { fmt: map.get(1), attStmt: map.get(3), authData };
      try {
        const { type } = verifyAttestation({
          attestationObject: attestationObject as Parameters<
            typeof verifyAttestation
          >[0]["attestationObject"],
          clientDataHash: hash,
          atEpochMs: bench.env.clock.epochMs(),
        });
        return { type };
      } catch (error) {
        if (!isHarnessError(error)) throw error;
        return demand(false, "a statement that verifies", `${error.code}: ${error.message}`);
      }
    },
  },
  {
    id: "attestation.no-enterprise",
    title: "epAtt is not said where enterprise attestation was not asked for",
    section: "6.1.2 step 9",
    look({ map }) {
      demand(map.get(4) !== true, "no epAtt", "epAtt: true");
    },
  },
];

const LOOKS = RULES.map(({ look, ...rule }): Check => ({
  severity: "must",
  ...rule,
  needs: [CTAP2],
  uses: ["presence"],
  async run(bench) {
    return (look(await create(bench), bench) ?? undefined) as Observations | undefined;
  },
}));

const PREFERENCES: readonly Check[] = [
  {
    id: "attestation.preference-none",
    title: "a preference of none alone gives the format none",
    section: "6.1.2 step 19",
    severity: "must",
    uses: ["presence"],
    needs: [
      CTAP2,
      {
        lacks: "lists no format none",
        holds: ({ info }) => info?.attestationFormats?.includes("none") === true,
      },
    ],
    async run(bench) {
      const { map, answer } = await create(bench, { members: [[0x0b, ["none"]]] });
      if (map.get(1) !== "none") throw wrongAnswer(answer, "fmt none", describeAnswer(answer));
    },
  },
  {
    id: "attestation.preference-honoured",
    title: "the first preferred format that the device has is given",
    section: "6.1.2 step 19",
    severity: "must",
    uses: ["presence"],
    needs: [
      CTAP2,
      {
        lacks: "lists fewer than two formats",
        holds: ({ info }) => (info?.attestationFormats?.length ?? 0) > 1,
      },
    ],
    async run(bench) {
      const formats = (bench.info.attestationFormats ?? []).filter((fmt) => fmt !== "none");
      for (const fmt of formats) {
        const { map } = await create(bench, { members: [[0x0b, ["conformance", fmt]]] });
        demand(map.get(1) === fmt, fmt, shown(map.get(1)));
      }
    },
  },
  {
    id: "auth-data.flag-uv-without-verification",
    title: "the flag UV is clear where no user was verified",
    section: "6.1.2 step 11",
    severity: "must",
    uses: ["presence"],
    pin: "unset",
    needs: [
      CTAP2,
      {
        lacks: "has built-in verification, or always verifies",
        holds: ({ info }) => info?.options?.["uv"] !== true && info?.options?.["alwaysUv"] !== true,
      },
    ],
    async run(bench) {
      const made = await create(bench, { auth: "none" });
      demand((flagsOf(made) & FLAG.UV) === 0, "no UV", "UV");
    },
  },
];

/** Authenticator data and attestation of new credentials. */
export const ATTESTATION_CHECKS: readonly Check[] = [...LOOKS, ...PREFERENCES];
