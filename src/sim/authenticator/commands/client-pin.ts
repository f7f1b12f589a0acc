import {
  ClientPinSubcommand,
  encodeClientPinResponse,
  parseClientPinRequest,
  type ClientPinRequest,
} from "../../../ctap/messages/client-pin.js";
import { hasQuirk, isAtLeast21, isCtap20Only } from "../../profiles/profile.js";
import { uvRetriesLeft } from "../verification/built-in-uv.js";
import { pinIsSet, supportedProtocol, type CommandContext, type SimCommand } from "../context.js";
import { publicKeyAgreement } from "../verification/key-agreement.js";
import { changePin, setPin } from "./pin-change.js";
import { needsPowerCycle, pinRetriesLeft } from "../verification/pin-check.js";
import { grantLegacyToken, grantTokenForPin, grantTokenForUv } from "../verification/pin-uv-grant.js";
import { refuse } from "../refusal.js";

interface Subcommand {
  /** What the device must have for the subcommand to exist. */
  readonly needs: (context: CommandContext) => boolean;
  readonly run: (context: CommandContext, request: ClientPinRequest) => Uint8Array | Promise<Uint8Array>;
}

const hasPin = ({ profile }: CommandContext) => profile.options.clientPin;
const hasTokens = ({ profile }: CommandContext) => profile.options.pinUvAuthToken;
/** Salts of hmac-secret are encrypted by a key agreement, on a device without PIN as well. @see CTAP 2.3 §12.7 */
const hasSecrets = ({ profile }: CommandContext) => profile.extensions.includes("hmac-secret");
const hasSensor = ({ profile }: CommandContext) => profile.builtInUv !== undefined;

const SUBCOMMANDS: ReadonlyMap<number, Subcommand> = new Map([
  [ClientPinSubcommand.getPinRetries, { needs: hasPin, run: getPinRetries }],
  [ClientPinSubcommand.getKeyAgreement, { needs: () => true, run: getKeyAgreement }],
  [ClientPinSubcommand.setPin, { needs: hasPin, run: setPin }],
  [ClientPinSubcommand.changePin, { needs: hasPin, run: changePin }],
  [ClientPinSubcommand.getPinToken, { needs: hasPin, run: grantLegacyToken }],
  [
    ClientPinSubcommand.getPinUvAuthTokenUsingUvWithPermissions,
    { needs: (context) => hasTokens(context) && hasSensor(context), run: grantTokenForUv },
  ],
  [ClientPinSubcommand.getUvRetries, { needs: hasSensor, run: getUvRetries }],
  [
    ClientPinSubcommand.getPinUvAuthTokenUsingPinWithPermissions,
    { needs: (context) => hasTokens(context) && hasPin(context), run: grantTokenForPin },
  ],
] as const);

/** authenticatorClientPIN. @see CTAP 2.3 §6.5.5 */
export const clientPin: SimCommand = (context, parameters) => {
  if (!hasPin(context) && !hasTokens(context) && !hasSecrets(context)) refuse("INVALID_COMMAND");
  const request = parseClientPinRequest(parameters);
  const subcommand = SUBCOMMANDS.get(request.subCommand);
  if (!subcommand?.needs(context)) {
    refuse(isAtLeast21(context.profile) ? "INVALID_SUBCOMMAND" : "INVALID_PARAMETER");
  }
  return subcommand.run(context, request);
};

function getPinRetries(context: CommandContext, request: ClientPinRequest): Uint8Array {
  if (hasQuirk(context.profile, "refusesRetriesWithoutPin") && !pinIsSet(context)) refuse("PIN_NOT_SET");
  const pinRetries = pinRetriesLeft(context);
  if (isCtap20Only(context.profile)) {
    // CTAP 2.0 wants the protocol in every request, and has no powerCycleState.
    supportedProtocol(context, request.pinUvAuthProtocol);
    return encodeClientPinResponse({ pinRetries });
  }
  return encodeClientPinResponse({
    pinRetries,
    ...(needsPowerCycle(context) && { powerCycleState: true }),
  });
}

function getUvRetries(context: CommandContext): Uint8Array {
  return encodeClientPinResponse({ uvRetries: uvRetriesLeft(context) });
}

function getKeyAgreement(context: CommandContext, request: ClientPinRequest): Uint8Array {
  const { version } = supportedProtocol(context, request.pinUvAuthProtocol);
  return encodeClientPinResponse({ keyAgreement: publicKeyAgreement(context, version) });
}
