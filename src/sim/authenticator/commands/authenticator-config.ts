import { Permission } from "../../../ctap/messages/client-pin.js";
import {
  configMessage,
  ConfigSubcommand,
  parseConfigRequest,
  readMinPinLengthParameters,
  readVendorPrototypeParameters,
  type ConfigRequest,
} from "../../../ctap/messages/authenticator-config.js";
import { isAtLeast21, type AuthenticatorProfile } from "../../profiles/profile.js";
import {
  alwaysUv,
  EMPTY_BODY,
  isProtected,
  pinIsSet,
  type CommandContext,
  type SimCommand,
} from "../context.js";
import { minPinLength } from "../verification/pin-policy.js";
import { refuse } from "../refusal.js";
import { authorise, requireSignature } from "./subcommand-auth.js";

interface Subcommand {
  /** What the device must have for the subcommand to exist. */
  readonly needs: (profile: AuthenticatorProfile) => boolean;
  readonly run: (context: CommandContext, request: ConfigRequest) => void;
}

const SUBCOMMANDS: ReadonlyMap<number, Subcommand> = new Map([
  [
    ConfigSubcommand.enableEnterpriseAttestation,
    { needs: ({ options }) => options.enterpriseAttestation !== undefined, run: enableEnterpriseAttestation },
  ],
  [
    ConfigSubcommand.toggleAlwaysUv,
    { needs: ({ options }) => options.alwaysUv !== undefined, run: toggleAlwaysUv },
  ],
  [
    ConfigSubcommand.setMinPinLength,
    { needs: ({ options }) => options.setMinPINLength, run: setMinPinLength },
  ],
  [
    ConfigSubcommand.enableLongTouchForReset,
    { needs: ({ options }) => options.longTouchForReset !== undefined, run: enableLongTouchForReset },
  ],
  [
    ConfigSubcommand.vendorPrototype,
    { needs: (profile) => profile.vendorPrototypeConfigCommands !== undefined, run: vendorPrototype },
  ],
] as const satisfies readonly (readonly [number, Subcommand])[]);

/** The subcommands this device has, for getInfo. */
export function configCommands(profile: AuthenticatorProfile): readonly number[] {
  return [...SUBCOMMANDS].flatMap(([subCommand, { needs }]) => (needs(profile) ? [subCommand] : []));
}

/** authenticatorConfig; the numbers are the specification's steps. @see CTAP 2.3 §6.11 */
export const authenticatorConfig: SimCommand = (context, parameters) => {
  if (!context.profile.options.authnrCfg) refuse("INVALID_COMMAND");
  // 1: a subcommand is named.
  const request = parseConfigRequest(parameters);
  // 2: and this device has it.
  const subcommand = SUBCOMMANDS.get(request.subCommand);
  if (!subcommand?.needs(context.profile)) {
    refuse(isAtLeast21(context.profile) ? "INVALID_SUBCOMMAND" : "INVALID_PARAMETER");
  }
  // 3: the command is authorised, where authorisation is possible.
  if (mustBeAuthorised(context, request)) {
    requireSignature(context, request);
    const message = configMessage(request);
    authorise(context, request, { message, permission: Permission.authenticatorConfig });
  }
  // 4: done.
  subcommand.run(context, request);
  return EMPTY_BODY;
};

/**
 * Returns whether the command needs authorisation; a device that always verifies but has no user enrolled could
 * otherwise never turn alwaysUv off.
 */
function mustBeAuthorised(context: CommandContext, { subCommand }: ConfigRequest): boolean {
  if (isProtected(context)) return true;
  return alwaysUv(context) && subCommand !== ConfigSubcommand.toggleAlwaysUv;
}

/** @see CTAP 2.3 §6.11.1 */
function enableEnterpriseAttestation({ store }: CommandContext): void {
  store.remember({ enterpriseAttestation: true });
}

/** @see CTAP 2.3 §6.11.2 */
function toggleAlwaysUv(context: CommandContext): void {
  const on = alwaysUv(context);
  if (on && context.profile.options.alwaysUvStays) refuse("OPERATION_DENIED");
  context.store.remember({ alwaysUv: !on });
}

/** The numbers are the specification's steps; nothing changes unless all of it can. @see CTAP 2.3 §6.11.4 */
function setMinPinLength(context: CommandContext, request: ConfigRequest): void {
  const { profile, store, state } = context;
  const { memory } = store;
  const wanted = readMinPinLengthParameters(request);
  // 1, 2: the length only ever grows.
  const length = wanted.newMinPinLength ?? minPinLength(context);
  if (length < minPinLength(context) || length > profile.limits.maxPinLength) refuse("PIN_POLICY_VIOLATION");
  // 3: only a PIN that is there can be changed.
  if (wanted.forceChangePin && !pinIsSet(context)) refuse("PIN_NOT_SET");
  // 4: the list of sites fits.
  const rpIds = wanted.minPinLengthRpIds;
  if (rpIds && rpIds.length > profile.limits.rpIdsForMinPinLength) refuse("KEY_STORE_FULL");
  // 5: a policy that this device has, and that no client can take back.
  const complex = profile.options.pinComplexityPolicy !== undefined && wanted.pinComplexityPolicy === true;
  // 6: a PIN that would not do any more has to be changed.
  const tooSimple = complex && memory.pinIsComplex !== true;
  const outgrown = pinIsSet(context) && ((memory.pinCodePoints ?? 0) < length || tooSimple);
  const force = wanted.forceChangePin === true || outgrown;
  // 7: from now on.
  store.remember({
    ...(wanted.newMinPinLength !== undefined && { minPinLength: length }),
    ...(rpIds && { minPinLengthRpIds: rpIds }),
    ...(complex && { pinComplexityPolicy: true }),
    ...(force && { forcePinChange: true }),
  });
  if (force) state.tokens.reset();
}

/** @see CTAP 2.3 §6.11.5 */
function enableLongTouchForReset({ store }: CommandContext): void {
  store.remember({ longTouchForReset: true });
}

/** The vendor's own commands do nothing here: only their ids are known. @see CTAP 2.3 §6.11.3 */
function vendorPrototype({ profile }: CommandContext, request: ConfigRequest): void {
  const { vendorCommandId } = readVendorPrototypeParameters(request);
  const known = profile.vendorPrototypeConfigCommands?.some((id) => BigInt(id) === BigInt(vendorCommandId));
  if (!known) refuse("INVALID_PARAMETER");
}
