import type { CborValue } from "../cbor/value.js";
import type { CredentialDescriptor, CredentialParameters, RpEntity, UserEntity } from "./common.js";

/** authenticatorMakeCredential parameters. @see CTAP 2.3 §6.1 */
export interface MakeCredentialRequest {
  /** 32 bytes. */
  readonly clientDataHash: Uint8Array;
  readonly rp: RpEntity;
  readonly user: UserEntity;
  readonly pubKeyCredParams: readonly CredentialParameters[];
  readonly excludeList?: readonly CredentialDescriptor[];
  readonly extensions?: ReadonlyMap<string, CborValue>;
  readonly options?: { readonly rk?: boolean; readonly up?: boolean; readonly uv?: boolean };
  readonly pinUvAuthParam?: Uint8Array;
  readonly pinUvAuthProtocol?: number;
  readonly enterpriseAttestation?: number;
  readonly attestationFormatsPreference?: readonly string[];
}

export interface MakeCredentialResponse {
  readonly fmt: string;
  /** As received: signatures cover these bytes. */
  readonly authData: Uint8Array;
  /** A map; an array for "compound". */
  readonly attStmt: CborValue;
  readonly epAtt?: boolean;
  readonly largeBlobKey?: Uint8Array;
  readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue>;
}

/** Command byte and canonical CBOR. */
export function encodeMakeCredentialRequest(request: MakeCredentialRequest): Uint8Array {
  throw new TypeError(`not built yet: ${request.rp.id}`);
}

/** The authenticator's reading of the parameters, without the command byte. @throws {MessageError} with the status to answer. */
export function parseMakeCredentialRequest(parameters: Uint8Array): MakeCredentialRequest {
  throw new TypeError(`not built yet: ${parameters.length}`);
}

/** Response body, without the status byte. */
export function encodeMakeCredentialResponse(response: MakeCredentialResponse): Uint8Array {
  throw new TypeError(`not built yet: ${response.fmt}`);
}

export function parseMakeCredentialResponse(body: Uint8Array): MakeCredentialResponse {
  throw new TypeError(`not built yet: ${body.length}`);
}
