import { beforeAll, describe, expect, test } from "vitest";
import { concat } from "../../../src/core/bytes.js";
import { parseCoseKey, signatureAlgorithm } from "../../../src/ctap/messages/cose.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { readAuthenticatorData } from "../../../src/webauthn/rp/read-authenticator-data.js";
import { demandSignature } from "../../../src/webauthn/rp/signature.js";
import { verifyAssertion } from "../../../src/webauthn/rp/verify-assertion.js";
import { hexOf } from "../../helpers/vectors.js";
import { ASSERTIONS, assertionResponse, recordOf, type AssertionCase } from "./assertion-case.js";
import { askAuthentication, setOracleRoots, verdictOf } from "./oracle.js";
import { clientDataOf, rpIdOf } from "./vector-case.js";

const NO_ED448 = "it verifies no Ed448 signatures";
const NO_ML_DSA = "it asks the runtime for ML-DSA, which Node 20 lacks";

/** Rows on which the two libraries differ, who accepts, and why. */
const DIFFERS: Readonly<Record<string, readonly [accepts: "ours" | "oracle", why: string]>> = {
  "assertion-001": ["ours", NO_ED448],
  "assertion-003": ["ours", NO_ML_DSA],
  "assertion-004": ["ours", NO_ML_DSA],
  "w3c-packed-ed448": ["ours", NO_ED448],
};

const complete = ASSERTIONS.filter(
  ({ clientDataJSON, publicKeyCose }) => clientDataJSON !== undefined && publicKeyCose !== undefined,
);
const hashOnly = ASSERTIONS.filter(
  ({ clientDataJSON, clientDataHash }) => clientDataJSON === undefined && clientDataHash !== undefined,
);
const keyless = ASSERTIONS.filter(({ publicKeyCose }) => publicKeyCose === undefined);

function expectedOf(row: AssertionCase) {
  const { challenge, origin, topOrigin, crossOrigin } = clientDataOf(hexOf(row.clientDataJSON));
  const rpId = rpIdOf(hexOf(row.rpIdHash), origin);
  return {
    challenge,
    origins: [origin],
    rpId,
    ...(crossOrigin === true && { topOrigins: [topOrigin ?? ""] }),
    credential: recordOf(row),
  };
}

beforeAll(() => setOracleRoots([]));

test("every row is in exactly one of the groups below", () => {
  expect(ASSERTIONS).toHaveLength(33);
  expect(complete.length + hashOnly.length + keyless.length).toBe(ASSERTIONS.length);
});

describe("a complete assertion", () => {
  test.for(complete)("$id (COSE algorithm $alg)", async (row, { skip }) => {
    const { rpId, ...expected } = expectedOf(row);
    if (rpId === undefined) {
      const reason = `${row.id}: its source does not tell the rp id behind the hash`;
      console.info(`skipped, ${reason}`);
      return skip(reason);
    }
    const response = assertionResponse(row);
    const ours = verdictOf(() => verifyAssertion(response, { ...expected, rpId }));
    expect(ours).toBe("accepted");
    const theirs = await askAuthentication({
      response,
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origins[0] as string,
      expectedRPID: rpId,
      ...(expected.topOrigins && { expectedTopOrigin: expected.topOrigins }),
      requireUserVerification: false,
      credential: {
        id: expected.credential.id,
        publicKey: new Uint8Array(expected.credential.publicKeyCose),
        counter: expected.credential.signCount,
      },
    });
    const [accepts] = DIFFERS[row.id] ?? [];
    const agreed = `ours ${ours}, theirs ${theirs}`;
    expect(theirs === "accepted", agreed).toBe(
      accepts === undefined ? ours === "accepted" : accepts === "oracle",
    );
  });
});

describe("an assertion of which only the hash of the client data was published", () => {
  test.each(hashOnly)("$id: the signature holds", (row) => {
    const { alg, key } = parseCoseKey(hexOf(row.publicKeyCose));
    const message = concat(hexOf(row.authenticatorData), hexOf(row.clientDataHash));
    expect(signatureAlgorithm(alg)).toBeDefined();
    const check = (signature: Uint8Array) => () =>
      demandSignature({ alg, key, message, signature }, { wrong: "RP_SIGNATURE", mismatch: "RP_SIGNATURE" });
    expect(check(hexOf(row.signature))).not.toThrow();
    expect(check(defaultCrypto.sha256(message))).toThrow(
      expect.objectContaining({ code: "RP_SIGNATURE" }) as Error,
    );
  });
});

describe("an assertion without the key that should verify it can only be read", () => {
  test.each(keyless)("$id", (row) => {
    const { parsed } = readAuthenticatorData(hexOf(row.authenticatorData));
    expect(parsed.rpIdHash).toHaveLength(32);
    expect(parsed.attested).toBeUndefined();
  });
});
