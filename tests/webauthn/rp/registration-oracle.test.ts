import { beforeAll, describe, expect, test } from "vitest";
import type { CborMap } from "../../../src/cbor/value.js";
import { verifyRegistration } from "../../../src/webauthn/rp/verify-registration.js";
import { hexOf } from "../../helpers/vectors.js";
import { askRegistration, setOracleRoots, verdictOf } from "./oracle.js";
import {
  ATTESTATIONS,
  attestationCase,
  clientDataOf,
  momentOf,
  objectBytes,
  objectOf,
  policyFor,
  registrationResponse,
  rpIdOf,
  W3C_ROOT,
} from "./vector-case.js";

const NO_INDEFINITE =
  "its CBOR reader knows no indefinite lengths or long forms; ours reads them as findings";
const NO_PQC =
  "it asks for ML-DSA support of the runtime, which Node 20 lacks, even where nothing is signed with it";

/** Rows on which the two libraries differ, who accepts, and why. */
const DIFFERS: Readonly<Record<string, readonly [accepts: "ours" | "oracle", why: string]>> = {
  "android-key-009": ["ours", "it cannot compare RSA keys of certificates"],
  "android-key-012": [
    "ours",
    "x5c is no chain: a finding here, since without anchors nothing can be trusted",
  ],
  "apple-009": ["oracle", "it cuts the nonce out at a fixed offset; the tag is [0], not [1]"],
  "fido-u2f-004": ["ours", NO_INDEFINITE],
  "fido-u2f-016": ["ours", "it judges tokenBinding, which Level 3 ignores"],
  "none-004": ["ours", NO_INDEFINITE],
  "none-010": ["ours", NO_PQC],
  "none-011": ["ours", NO_PQC],
  "none-040": ["ours", NO_INDEFINITE],
  "packed-009": ["ours", NO_INDEFINITE],
  "packed-011": ["ours", NO_INDEFINITE],
  "packed-013": ["ours", NO_INDEFINITE],
  "packed-014": ["ours", NO_INDEFINITE],
  "packed-016": ["ours", NO_INDEFINITE],
  "packed-017": ["ours", NO_INDEFINITE],
  "packed-019": ["ours", NO_PQC],
  "packed-020": ["ours", NO_PQC],
  "packed-031": ["ours", NO_PQC],
  "packed-033": ["ours", NO_PQC],
  "tpm-009": ["ours", NO_INDEFINITE],
  "tpm-010": ["ours", NO_INDEFINITE],
  "tpm-011": ["ours", NO_INDEFINITE],
  "tpm-014": ["ours", NO_INDEFINITE],
  "tpm-015": ["ours", NO_INDEFINITE],
  "w3c-fido-u2f-es256": ["ours", "it wants a zero aaguid of U2F keys; Level 3 §8.6 does not"],
};

/** No client data: neither library can be asked. attestation-vectors.test.ts runs these rows. */
const withClientData = ATTESTATIONS.filter(({ clientDataJSON }) => clientDataJSON !== undefined);

const OTHER_ROOT = (
  (objectOf(attestationCase("android-key-001")).attStmt as CborMap).get("x5c") as Uint8Array[]
).at(-1) as Uint8Array;

beforeAll(() => setOracleRoots([]));

describe("both libraries judge a published registration alike", () => {
  test.for(withClientData)("$id ($fmt)", async (row, { skip }) => {
    const clientDataJSON = hexOf(row.clientDataJSON);
    const { challenge, origin, topOrigin, crossOrigin } = clientDataOf(clientDataJSON);
    const rpIdHash = hexOf(row.expected.rpIdHash ?? "");
    const rpId = rpIdOf(rpIdHash, origin) ?? (row.expected.rpIdHash ? undefined : "unknown.example");
    if (rpId === undefined) {
      const reason = `${row.id}: its source does not tell the rp id behind the hash`;
      console.info(`skipped, ${reason}`);
      skip(reason);
    }
    const { alg } = row.expected;
    const response = registrationResponse({
      credentialId: hexOf(row.expected.credentialId ?? ""),
      clientDataJSON,
      attestationObject: objectBytes(row),
      authData: objectOf(row).authData,
      alg: alg ?? 0,
    });
    const atEpochMs = momentOf(objectOf(row).attStmt as CborMap);
    const ours = verdictOf(() =>
      verifyRegistration(response, {
        challenge,
        origins: [origin],
        rpId: rpId ?? "",
        ...(crossOrigin === true && { topOrigins: [topOrigin ?? ""] }),
        allowedAlgorithms: [alg ?? 0],
        // The other library lets a silent certificate pass, too.
        attestationPolicy: policyFor(row),
        atEpochMs,
      }),
    );
    const theirs = await askRegistration(
      {
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: rpId ?? "",
        requireUserVerification: false,
        supportedAlgorithmIDs: [alg ?? 0],
      },
      atEpochMs,
    );
    const [accepts] = DIFFERS[row.id] ?? [];
    const agreed = `ours ${ours}, theirs ${theirs}`;
    if (accepts === undefined) expect(ours === "accepted", agreed).toBe(theirs === "accepted");
    else {
      expect(ours === "accepted", agreed).toBe(accepts === "ours");
      expect(theirs === "accepted", agreed).toBe(accepts === "oracle");
    }
  });
});

describe("both libraries hold the specification's vectors against its own root alike", () => {
  const rows = withClientData.filter(({ id, fmt }) => id.startsWith("w3c-") && fmt === "packed");
  const certified = rows.filter((row) => (objectOf(row).attStmt as CborMap).has("x5c"));
  const ROOTS = [
    { root: "the vectors' root", anchors: [W3C_ROOT], verdict: "accepted" },
    { root: "another root", anchors: [OTHER_ROOT], verdict: "refused: RP_ATTESTATION_UNTRUSTED" },
  ];
  const AT_EPOCH_MS = Date.UTC(2026, 0, 1);

  test.each(ROOTS.flatMap((root) => certified.map((row) => ({ ...root, id: row.id, row }))))(
    "$id with $root",
    async ({ anchors, verdict, row }) => {
      const clientDataJSON = hexOf(row.clientDataJSON);
      const { challenge, origin } = clientDataOf(clientDataJSON);
      const alg = row.expected.alg as number;
      const response = registrationResponse({
        credentialId: hexOf(row.expected.credentialId),
        clientDataJSON,
        attestationObject: objectBytes(row),
        authData: objectOf(row).authData,
        alg,
      });
      const ours = verdictOf(() =>
        verifyRegistration(response, {
          challenge,
          origins: [origin],
          rpId: "example.org",
          trustAnchors: anchors,
          atEpochMs: AT_EPOCH_MS,
        }),
      );
      expect(ours).toBe(verdict);
      setOracleRoots(anchors);
      const theirs = await askRegistration(
        {
          response,
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: "example.org",
          requireUserVerification: false,
          supportedAlgorithmIDs: [alg],
        },
        AT_EPOCH_MS,
      );
      setOracleRoots([]);
      expect(theirs === "accepted", theirs).toBe(ours === "accepted");
    },
  );
});
