/** Holds our judgement of certification paths to those of OpenSSL and pkijs; what differs is explained. */
import { describe, expect, test } from "vitest";
import { judgeTrust } from "../../../../src/webauthn/rp/certificate-chain.js";
import { readCertificate } from "../../../../src/webauthn/rp/certificate.js";
import { VerificationError } from "../../../../src/webauthn/rp/verification-error.js";
import { fullRuns } from "../../../helpers/full-runs.js";
import { loadVectors } from "../../../helpers/vectors.js";
import { VALID_AT_MS } from "../certificate-maker.js";
import { chainCases, type ChainCase } from "./chain-cases.js";
import { askPkijs, type Judgement } from "./chain-judges.js";

interface Recorded {
  readonly name: string;
  readonly openssl: Judgement;
  readonly pkijs: Judgement;
}

const CASES = chainCases();
const RECORDED = new Map(loadVectors<Recorded>("certificate-chains").map((row) => [row.name, row]));

interface Explained {
  /** Finds the paths by name. */
  readonly paths: RegExp;
  readonly judge: "openssl" | "pkijs";
  readonly accepts: "ours" | "theirs";
  readonly why: string;
}

const NO_FAULT_OF_AN_ANCHOR =
  "RFC 5280 §6.1.1 (d): of an anchor, name and key count; it is the site's decision";

const EXPLAINED: readonly Explained[] = [
  { judge: "openssl", paths: /root (expired|not valid yet)$/, accepts: "ours", why: NO_FAULT_OF_AN_ANCHOR },
  { judge: "pkijs", paths: /root (expired|not valid yet)$/, accepts: "ours", why: NO_FAULT_OF_AN_ANCHOR },
  { judge: "openssl", paths: /root with an unknown critical/, accepts: "ours", why: NO_FAULT_OF_AN_ANCHOR },
  { judge: "openssl", paths: /root without any extension$/, accepts: "ours", why: NO_FAULT_OF_AN_ANCHOR },
  {
    judge: "pkijs",
    paths: /root (without any extension|of version 1|an authority of keyUsage alone)$/,
    accepts: "ours",
    why: NO_FAULT_OF_AN_ANCHOR,
  },
  {
    judge: "pkijs",
    paths: /(leaf|authority \d) with an unknown critical/,
    accepts: "theirs",
    why: "it ignores critical extensions it does not know; RFC 5280 §4.2 does not allow that",
  },
  {
    judge: "pkijs",
    paths: /an authority that allows (none|one) below it$|self-issued authority between others, 0 allowed$/,
    accepts: "theirs",
    why: "it compares path lengths with the wrong end of the path; RFC 5280 §6.1.4 (l), (m)",
  },
  {
    judge: "pkijs",
    paths: /two hosts of two domains, permitted$/,
    accepts: "theirs",
    why: "one name within a subtree is enough for it; RFC 5280 §6.1.3 (b) asks it of every name",
  },
  {
    judge: "pkijs",
    paths: /a mailbox in the subject, excluded$/,
    accepts: "theirs",
    why: "it does not look for a mailbox in the subject; RFC 5280 §4.2.1.10",
  },
  {
    judge: "openssl",
    paths: /a mailbox in the subject, permitted$/,
    accepts: "ours",
    why: "it takes a mailbox for one only if it is an IA5String; here it is a UTF8String",
  },
  {
    judge: "openssl",
    paths: /self-issued authority between others, 1 allowed$/,
    accepts: "ours",
    why: "without key identifiers it takes a self-issued certificate for a self-signed one that nobody trusts",
  },
  {
    judge: "openssl",
    paths: /that requires a policy$/,
    accepts: "theirs",
    why: "it judges policies only where it is asked to; here the extension is critical and not processed: refused",
  },
  {
    judge: "pkijs",
    paths: /that requires a policy$/,
    accepts: "theirs",
    why: "it processes policies; here the extension is critical and not processed: refused",
  },
];

function judged({ path, root }: ChainCase): string {
  try {
    judgeTrust(path.map(readCertificate), { trustAnchors: [root], atEpochMs: VALID_AT_MS });
    return "accepted";
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}

describe("each path with one thing wrong", () => {
  const ours = new Map(CASES.map((one) => [one.name, judged(one)]));

  test("has a judgement of both judges on record", () => {
    expect([...ours.keys()]).toEqual([...RECORDED.keys()]);
    expect(ours.size).toBeGreaterThan(400);
  });

  test.each(["openssl", "pkijs"] as const)("is judged as by %s, or the difference is explained", (judge) => {
    const rules = EXPLAINED.filter((rule) => rule.judge === judge);
    const used = new Set<Explained>();
    const unexplained = CASES.flatMap(({ name }) => {
      const [own, theirs] = [ours.get(name) ?? "", RECORDED.get(name)?.[judge] ?? ""];
      if ((own === "accepted") === (theirs === "accepted")) return [];
      const accepts = own === "accepted" ? "ours" : "theirs";
      const rule = rules.find((candidate) => candidate.accepts === accepts && candidate.paths.test(name));
      if (rule === undefined) return [`${name}: ours ${own}, ${judge} ${theirs}`];
      used.add(rule);
      return [];
    });
    expect(unexplained).toEqual([]);
    expect(rules.filter((rule) => !used.has(rule)).map(({ paths }) => String(paths))).toEqual([]);
  });

  test("is refused with a code of its own for each kind of fault", () => {
    const codes = new Map<string, number>();
    for (const code of ours.values()) codes.set(code, (codes.get(code) ?? 0) + 1);
    expect(Object.fromEntries([...codes].sort())).toMatchInlineSnapshot(`
      {
        "RP_ATTESTATION_CHAIN": 20,
        "RP_ATTESTATION_CRITICAL_EXTENSION": 20,
        "RP_ATTESTATION_EXPIRED": 20,
        "RP_ATTESTATION_NAME_CONSTRAINTS": 63,
        "RP_ATTESTATION_NOT_AN_AUTHORITY": 38,
        "RP_ATTESTATION_PATH_LENGTH": 10,
        "RP_ATTESTATION_UNTRUSTED": 12,
        "accepted": 237,
      }
    `);
  });

  test("is judged by the pkijs of this installation as recorded", async () => {
    const some = fullRuns(60);
    const drawn = CASES.filter((_, index) => index % Math.floor(CASES.length / some) === 0).slice(0, some);
    for (const one of drawn)
      expect([one.name, await askPkijs(one)]).toEqual([one.name, RECORDED.get(one.name)?.pkijs]);
  });
});
