import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { TransactOptions } from "../../ctap/device.js";
import { encodeGetAssertionRequest, type GetAssertionRequest } from "../../ctap/messages/get-assertion.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import { CtapError, CtapStatus } from "../../ctap/status.js";
import { cutToFit, listLimits } from "./plan-lists.js";
import type { Proof } from "./user-verification.js";

/** What authenticators say to credentials they do not know; the second one is an early YubiKey's word for it. */
const NOT_HERE: readonly number[] = [CtapStatus.NO_CREDENTIALS, CtapStatus.INVALID_CREDENTIAL];

export interface PreflightOptions {
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
  readonly proof: Proof;
  readonly transact: TransactOptions;
}

/**
 * Finds out, without a touch, which of many credentials is on this authenticator: in as many lists as it takes at once.
 *
 * @returns the first one found, `undefined` when there is none.
 * @throws {CtapError} for any refusal but "no such credential".
 * @see CTAP 2.3 §6.1.1 and §6.2.1 (pre-flight)
 */
export async function findCredential(
  session: Ctap2Session,
  list: readonly CredentialDescriptor[],
  options: PreflightOptions,
): Promise<CredentialDescriptor | undefined> {
  const size = (chunk: readonly CredentialDescriptor[]) =>
    encodeGetAssertionRequest(probeFor(chunk, options)).length;
  for (const chunk of cutToFit(list, listLimits(session), size)) {
    options.transact.signal?.throwIfAborted();
    const found = await probe(session, chunk, options);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function probe(
  session: Ctap2Session,
  chunk: readonly CredentialDescriptor[],
  options: PreflightOptions,
): Promise<CredentialDescriptor | undefined> {
  try {
    const answer = await session.getAssertion(probeFor(chunk, options), options.transact);
    // CTAP 2.0 keys may name no credential when there was only one to choose from.
    return answer.credential ?? chunk[0];
  } catch (error) {
    if (error instanceof CtapError && NOT_HERE.includes(error.status)) return undefined;
    throw error;
  }
}

function probeFor(
  allowList: readonly CredentialDescriptor[],
  { rpId, clientDataHash, proof }: PreflightOptions,
): GetAssertionRequest {
  return {
    rpId,
    clientDataHash,
    allowList,
    options: { up: false },
    ...(proof.token && {
      pinUvAuthParam: proof.token.authenticate(clientDataHash),
      pinUvAuthProtocol: proof.token.protocol,
    }),
  };
}
