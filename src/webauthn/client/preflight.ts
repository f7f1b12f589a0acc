import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { TransactOptions } from "../../ctap/device.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import { CtapError, CtapStatus } from "../../ctap/status.js";
import type { Proof } from "./user-verification.js";

/** What authenticators say to credentials they do not know; the second one is an early YubiKey's word for it. */
const NOT_HERE: readonly number[] = [CtapStatus.NO_CREDENTIALS, CtapStatus.INVALID_CREDENTIAL];

export interface PreflightOptions {
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
  readonly chunks: readonly (readonly CredentialDescriptor[])[];
  readonly proof: Proof;
  readonly transact: TransactOptions;
}

/**
 * Finds out, without a touch, which of many credentials is on this authenticator.
 *
 * @returns the first one found, `undefined` when there is none.
 * @throws {CtapError} for any refusal but "no such credential".
 * @see CTAP 2.3 §6.1.1 and §6.2.1 (pre-flight)
 */
export async function findCredential(
  session: Ctap2Session,
  options: PreflightOptions,
): Promise<CredentialDescriptor | undefined> {
  for (const chunk of options.chunks) {
    options.transact.signal?.throwIfAborted();
    const found = await probe(session, chunk, options);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function probe(
  session: Ctap2Session,
  chunk: readonly CredentialDescriptor[],
  { rpId, clientDataHash, proof, transact }: PreflightOptions,
): Promise<CredentialDescriptor | undefined> {
  try {
    const answer = await session.getAssertion(
      {
        rpId,
        clientDataHash,
        allowList: chunk,
        options: { up: false },
        ...(proof.token && {
          pinUvAuthParam: proof.token.authenticate(clientDataHash),
          pinUvAuthProtocol: proof.token.protocol,
        }),
      },
      transact,
    );
    // CTAP 2.0 keys may name no credential when there was only one to choose from.
    return answer.credential ?? chunk[0];
  } catch (error) {
    if (error instanceof CtapError && NOT_HERE.includes(error.status)) return undefined;
    throw error;
  }
}
