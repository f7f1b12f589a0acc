import type { CborMap } from "../../cbor/value.js";
import {
  configMessage,
  ConfigSubcommand,
  encodeConfigRequest,
  minPinLengthParameters,
  vendorPrototypeParameters,
  type MinPinLengthParameters,
  type VendorPrototypeParameters,
} from "../messages/authenticator-config.js";
import type { TransactOptions } from "../device.js";
import { FeatureError } from "./feature-error.js";
import type { Ctap2Session } from "./session.js";
import type { PinUvAuthToken } from "./pin-uv-auth-token.js";
import type { SignedMap } from "../messages/signed-map.js";

/**
 * authenticatorConfig from the client's side.
 *
 * What changed shows in getInfo: {@link Ctap2Session.refreshInfo} fetches it.
 * Every call throws as any command does; a refusal is a {@link CtapError}.
 */
export interface Configurator {
  enableEnterpriseAttestation(options?: TransactOptions): Promise<void>;
  toggleAlwaysUv(options?: TransactOptions): Promise<void>;
  setMinPinLength(parameters: MinPinLengthParameters, options?: TransactOptions): Promise<void>;
  enableLongTouchForReset(options?: TransactOptions): Promise<void>;
  /** @param parameters the command's id and, beside it, members of the vendor's own. */
  vendorPrototype(
    parameters: VendorPrototypeParameters & { readonly more?: CborMap },
    options?: TransactOptions,
  ): Promise<void>;
}

/**
 * @param token with the permission `authenticatorConfig`; a device without PIN and enrolled finger needs none.
 * @throws {FeatureError} `FEATURE_UNSUPPORTED` when the device cannot be configured.
 * @see CTAP 2.3 §6.11
 */
export function authenticatorConfig(session: Ctap2Session, token?: PinUvAuthToken): Configurator {
  if (session.info.options?.["authnrCfg"] !== true) {
    throw new FeatureError("FEATURE_UNSUPPORTED", "the device cannot be configured: no option authnrCfg");
  }
  const run = async (
    subCommand: number,
    options: TransactOptions | undefined,
    subCommandParams?: SignedMap,
  ): Promise<void> => {
    const signed = { subCommand, ...(subCommandParams && { subCommandParams }) };
    const authorisation = token && {
      pinUvAuthProtocol: token.protocol,
      pinUvAuthParam: token.authenticate(configMessage(signed)),
    };
    await session.ask(encodeConfigRequest({ ...signed, ...authorisation }), () => undefined, options);
  };
  return {
    enableEnterpriseAttestation: (options) => run(ConfigSubcommand.enableEnterpriseAttestation, options),
    toggleAlwaysUv: (options) => run(ConfigSubcommand.toggleAlwaysUv, options),
    setMinPinLength: (parameters, options) =>
      run(ConfigSubcommand.setMinPinLength, options, minPinLengthParameters(parameters)),
    enableLongTouchForReset: (options) => run(ConfigSubcommand.enableLongTouchForReset, options),
    vendorPrototype: ({ vendorCommandId, more }, options) =>
      run(ConfigSubcommand.vendorPrototype, options, vendorPrototypeParameters({ vendorCommandId }, more)),
  };
}
