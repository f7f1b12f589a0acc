import type { TransactOptions } from "../../ctap/device.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import { CtapError } from "../../ctap/status.js";
import { CoseAlgorithm } from "../../ctap/messages/cose.js";

const HASH_BYTES = 32;

/**
 * Makes a key ask for a touch and nothing else: makeCredential with an empty pinUvAuthParam, which every version of
 * CTAP2 refuses once it was touched. Whatever it answers, and a touch that never comes, is no error.
 *
 * @throws {TransportError} when the link fails.
 * @see CTAP 2.3 §6.1.2 (makeCredential, zero-length pinUvAuthParam)
 */
export async function awaitTouch(
  session: Ctap2Session,
  { rpId, transact }: { readonly rpId: string; readonly transact: TransactOptions },
): Promise<void> {
  try {
    await session.makeCredential(
      {
        clientDataHash: new Uint8Array(HASH_BYTES),
        rp: { id: rpId },
        user: { id: Uint8Array.of(0), name: "touch", displayName: "touch" },
        pubKeyCredParams: [{ type: "public-key", alg: CoseAlgorithm.ES256 }],
        pinUvAuthParam: new Uint8Array(0),
        pinUvAuthProtocol: 1,
      },
      transact,
    );
  } catch (error) {
    if (!(error instanceof CtapError)) throw error;
  }
}
