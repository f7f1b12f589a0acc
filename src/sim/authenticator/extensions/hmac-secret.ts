import { concat, utf8 } from "../../../core/bytes.js";
import { coseKey } from "../../../ctap/cose.js";
import { mapWith, optional, required } from "../../../ctap/fields.js";
import { bytes, uint } from "../../../ctap/wire.js";
import type { CryptoProvider } from "../../../crypto/provider.js";
import { supportedProtocol } from "../context.js";
import type { GetInput, SimExtension } from "../extension.js";
import { sharedSecretWith } from "../key-agreement.js";
import { refuse } from "../refusal.js";

const SALT_BYTES = 32;
const CRED_RANDOM_BYTES = 32;

const INPUT = mapWith({
  keyAgreement: required(0x01, coseKey),
  saltEnc: required(0x02, bytes),
  saltAuth: required(0x03, bytes),
  pinUvAuthProtocol: optional(0x04, uint),
});

/**
 * Two secrets per credential, one of them for verified users only; derived from the credential's own key
 * so that nothing more has to be stored.
 *
 * @see CTAP 2.3 §12.7
 */
export const hmacSecret: SimExtension = {
  id: "hmac-secret",
  make({ input }) {
    if (typeof input !== "boolean") refuse("CBOR_UNEXPECTED_TYPE");
    return input ? { output: true, stored: true } : {};
  },
  get(asked) {
    if (!asked.userPresent) refuse("UNSUPPORTED_OPTION");
    if (asked.credential.extensions.get("hmac-secret") !== true) return {};
    return { output: answerSalts(asked) };
  },
};

function answerSalts({ context, input, credential, userVerified }: GetInput): Uint8Array {
  const { keyAgreement, saltEnc, saltAuth, pinUvAuthProtocol } = INPUT.read(input, "hmac-secret");
  const protocol = supportedProtocol(context, pinUvAuthProtocol ?? 1);
  const shared = sharedSecretWith(context, protocol, keyAgreement);
  if (!protocol.verify(shared, saltEnc, saltAuth)) refuse("PIN_AUTH_INVALID");
  const salts = protocol.decrypt(shared, saltEnc);
  if (salts?.length !== SALT_BYTES && salts?.length !== 2 * SALT_BYTES) refuse("INVALID_PARAMETER");

  const { crypto, env } = context;
  const secret = credRandom(crypto, credential.secretKey, { userVerified });
  const outputs = [0, SALT_BYTES]
    .filter((start) => start < salts.length)
    .map((start) => crypto.hmacSha256(secret, salts.subarray(start, start + SALT_BYTES)));
  return protocol.encrypt(shared, concat(...outputs), env.entropy);
}

/** Never equal for verified and unverified users. */
function credRandom(
  crypto: CryptoProvider,
  secretKey: Uint8Array,
  { userVerified }: { readonly userVerified: boolean },
): Uint8Array {
  return crypto.hkdfSha256({
    secret: secretKey,
    salt: new Uint8Array(CRED_RANDOM_BYTES),
    info: utf8(userVerified ? "CredRandomWithUV" : "CredRandomWithoutUV"),
    length: CRED_RANDOM_BYTES,
  });
}
