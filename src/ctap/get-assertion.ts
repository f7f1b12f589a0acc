import type { CborValue } from "../cbor/value.js";
import type { CredentialDescriptor, UserEntity } from "./common.js";

/** authenticatorGetAssertion parameters. @see CTAP 2.3 §6.2 */
export interface GetAssertionRequest {
  readonly rpId: string;
  /** 32 bytes. */
  readonly clientDataHash: Uint8Array;
  readonly allowList?: readonly CredentialDescriptor[];
  readonly extensions?: ReadonlyMap<string, CborValue>;
  readonly options?: { readonly up?: boolean; readonly uv?: boolean; readonly rk?: boolean };
  readonly pinUvAuthParam?: Uint8Array;
  readonly pinUvAuthProtocol?: number;
}

/** Also the response of authenticatorGetNextAssertion. */
export interface GetAssertionResponse {
  /** CTAP 2.0 keys may leave it out when the allow list has exactly one entry. */
  readonly credential?: CredentialDescriptor;
  /** As received: the signature covers these bytes. */
  readonly authData: Uint8Array;
  readonly signature: Uint8Array;
  readonly user?: UserEntity;
  readonly numberOfCredentials?: number;
  readonly userSelected?: boolean;
  readonly largeBlobKey?: Uint8Array;
  readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue>;
}

export function encodeGetAssertionRequest(request: GetAssertionRequest): Uint8Array {
  throw new TypeError(`not built yet: ${request.rpId}`);
}

/** @throws {MessageError} with the status to answer. */
export function parseGetAssertionRequest(parameters: Uint8Array): GetAssertionRequest {
  throw new TypeError(`not built yet: ${parameters.length}`);
}

export function encodeGetAssertionResponse(response: GetAssertionResponse): Uint8Array {
  throw new TypeError(`not built yet: ${response.authData.length}`);
}

export function parseGetAssertionResponse(body: Uint8Array): GetAssertionResponse {
  throw new TypeError(`not built yet: ${body.length}`);
}
