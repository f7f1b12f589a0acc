import { equalBytes } from "../../../core/bytes.js";
import { certificateKey, sameKey } from "../certificate-key.js";
import { readDer, type DerItem } from "../der.js";
import { DerTag, insideOf, isContext, membersOf, numberOf, octetsOf } from "../der-values.js";
import { reading, VerificationError } from "../verification-error.js";
import type { Certificate } from "../certificate.js";
import type { Finding } from "../finding.js";
import type { AttestationInput, AttestationResult } from "./attestation-input.js";
import { demandSignedByCertificate, signedBytes } from "./signed-by.js";
import { Statement } from "./statement.js";

/** @see Android: Key attestation, extension data schema */
const KEY_DESCRIPTION_OID = "1.3.6.1.4.1.11129.2.1.17";

/** Context tags of an authorization list, and the values that WebAuthn requires. */
const AuthorizationTag = { PURPOSE: 1, ALL_APPLICATIONS: 600, ORIGIN: 702 } as const;
const PURPOSE_SIGN = 2;
const ORIGIN_GENERATED = 0;

interface AuthorizationList {
  readonly purposes: readonly number[];
  readonly origin: number | undefined;
  readonly allApplications: boolean;
}

interface KeyDescription {
  readonly challenge: Uint8Array;
  readonly software: AuthorizationList;
  readonly tee: AuthorizationList;
}

/** Keys of Android's keystore, described by the certificate the keystore made for them. @see WebAuthn Level 3 §8.4 */
export function verifyAndroidKey(input: AttestationInput): AttestationResult {
  const statement = new Statement("android-key", input.attStmt);
  const trustPath = statement.certificates();
  const [leaf] = trustPath;
  const signed = {
    alg: statement.algorithm(),
    message: signedBytes(input),
    signature: statement.bytes("sig"),
  };
  demandSignedByCertificate(leaf, signed);
  if (!sameKey(certificateKey(leaf), input.credential.publicKey.key)) {
    throw new VerificationError("RP_ATTESTATION_KEY", "android-key: the certificate is of another key");
  }
  const description = keyDescriptionOf(leaf);
  if (!equalBytes(description.challenge, input.clientDataHash)) {
    throw new VerificationError(
      "RP_ATTESTATION_NONCE",
      "android-key: the key was made for another challenge",
    );
  }
  const onlyTee = input.policy.androidKey === "tee";
  return { type: "basic", trustPath, findings: judgeLists(description, onlyTee) };
}

function judgeLists({ software, tee }: KeyDescription, onlyTee: boolean): readonly Finding[] {
  const refuse = (what: string) => {
    throw new VerificationError("RP_ATTESTATION_ANDROID_KEY", `android-key: ${what}`);
  };
  if (software.allApplications || tee.allApplications) refuse("the key is open to all applications");
  const lists = onlyTee ? [tee] : [software, tee];
  const origins = lists.flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
  if (origins.length === 0) refuse("no list states the key's origin");
  if (origins.some((origin) => origin !== ORIGIN_GENERATED))
    refuse("the key was not generated in the device");
  const purposes = lists.flatMap((list) => list.purposes);
  if (!purposes.includes(PURPOSE_SIGN)) refuse("the key is not for signing");
  return purposes.every((purpose) => purpose === PURPOSE_SIGN)
    ? []
    : [
        {
          code: "ANDROID_KEY_PURPOSES",
          detail: `purposes ${purposes.join(", ")}, not ${PURPOSE_SIGN} alone`,
        },
      ];
}

function keyDescriptionOf(leaf: Certificate): KeyDescription {
  const extension = leaf.extensions.get(KEY_DESCRIPTION_OID);
  if (extension === undefined) {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", "android-key: the key description is missing");
  }
  return reading("RP_ATTESTATION_CERTIFICATE", "android-key: key description", () => {
    // attestationVersion, its security level, keymasterVersion, its level, challenge, uniqueId, two lists
    const [, , , , challenge, , software, tee] = membersOf(readDer(extension.value));
    return {
      challenge: octetsOf(challenge),
      software: authorizationsOf(software),
      tee: authorizationsOf(tee),
    };
  });
}

function authorizationsOf(list: DerItem | undefined): AuthorizationList {
  const items = membersOf(list);
  const valueOf = (tag: number) => {
    const item = items.find((candidate) => isContext(candidate, tag));
    return item === undefined ? undefined : insideOf(item);
  };
  const purposes = valueOf(AuthorizationTag.PURPOSE);
  const origin = valueOf(AuthorizationTag.ORIGIN);
  return {
    purposes: purposes === undefined ? [] : membersOf(purposes, DerTag.SET).map((item) => numberOf(item)),
    origin: origin === undefined ? undefined : numberOf(origin),
    allApplications: items.some((item) => isContext(item, AuthorizationTag.ALL_APPLICATIONS)),
  };
}
