import { decodeCbor } from "../../cbor/decode.js";
import type { CborMap, CborValue } from "../../cbor/value.js";
import { CtapCommand } from "../command.js";
import { BioEnrollmentSubcommand } from "./bio-enrollment.js";
import { ClientPinSubcommand } from "./client-pin.js";
import { CredentialManagementSubcommand } from "./credential-management.js";

/** What a request leaves on the authenticator. */
export type RequestEffect =
  /** Nothing, whatever becomes of it: the request only reads. */
  | "nothing"
  /**
   * Nothing that outlives its answer, whether OK or a refusal: a token, a probe. Without an answer it may have cost one
   * of the attempts at a PIN, or moved a signature counter.
   */
  | "attempt"
  /** A credential, a signature, a setting: it remains, whether or not the answer arrives. */
  | "change";

type Subcommands = ReadonlySet<CborValue | undefined>;

const { getPinRetries, getKeyAgreement, getUvRetries, setPin, changePin } = ClientPinSubcommand;
const PIN_READS: Subcommands = new Set([getPinRetries, getKeyAgreement, getUvRetries]);
const PIN_CHANGES: Subcommands = new Set([setPin, changePin]);

const CREDENTIAL_READS: Subcommands = new Set([
  CredentialManagementSubcommand.getCredsMetadata,
  CredentialManagementSubcommand.enumerateRpsBegin,
  CredentialManagementSubcommand.enumerateRpsGetNextRp,
  CredentialManagementSubcommand.enumerateCredentialsBegin,
  CredentialManagementSubcommand.enumerateCredentialsGetNextCredential,
]);

const { enumerateEnrollments, getFingerprintSensorInfo } = BioEnrollmentSubcommand;
const BIO_READS: Subcommands = new Set([enumerateEnrollments, getFingerprintSensorInfo]);

/** Keys of the parameters that tell a reading request from a changing one. */
const Parameter = {
  clientPinSubCommand: 0x02,
  credentialManagementSubCommand: 0x01,
  bioEnrollmentSubCommand: 0x02,
  bioEnrollmentGetModality: 0x06,
  getAssertionOptions: 0x05,
  largeBlobsGet: 0x01,
} as const;

/**
 * Tells what a request leaves behind once an authenticator carries it out. A command of no known kind changes something.
 *
 * @param request command byte, then the CBOR of its parameters, if any.
 *
 * @example
 * requestEffect(Uint8Array.of(0x04)); // "nothing": getInfo
 */
export function requestEffect(request: Uint8Array): RequestEffect {
  const readIf = (isRead: boolean) => (isRead ? "nothing" : "change");
  switch (request[0]) {
    case CtapCommand.getInfo:
    case CtapCommand.selection:
      return "nothing";
    case CtapCommand.getAssertion:
      return isProbe(parametersOf(request)) ? "attempt" : "change";
    case CtapCommand.clientPin: {
      const subCommand = parametersOf(request).get(Parameter.clientPinSubCommand);
      if (PIN_READS.has(subCommand)) return "nothing";
      return PIN_CHANGES.has(subCommand) ? "change" : "attempt";
    }
    case CtapCommand.credentialManagement:
    case CtapCommand.credentialManagementPreview:
      return readIf(
        CREDENTIAL_READS.has(parametersOf(request).get(Parameter.credentialManagementSubCommand)),
      );
    case CtapCommand.bioEnrollment:
    case CtapCommand.bioEnrollmentPreview: {
      const parameters = parametersOf(request);
      const asksForModality = parameters.get(Parameter.bioEnrollmentGetModality) === true;
      return readIf(asksForModality || BIO_READS.has(parameters.get(Parameter.bioEnrollmentSubCommand)));
    }
    case CtapCommand.largeBlobs:
      return readIf(parametersOf(request).has(Parameter.largeBlobsGet));
    default:
      return "change";
  }
}

/** Whether a getAssertion asks for no touch: clients look for credentials that way. @see CTAP 2.3 §6.2.1 (pre-flight) */
function isProbe(parameters: CborMap): boolean {
  const options = parameters.get(Parameter.getAssertionOptions);
  return options instanceof Map && options.get("up") === false;
}

/** Returns no parameters where they cannot be read. */
function parametersOf(request: Uint8Array): CborMap {
  try {
    const value = decodeCbor(request.subarray(1));
    return value instanceof Map ? value : new Map();
  } catch {
    return new Map();
  }
}
