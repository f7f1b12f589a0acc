import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";

/** Whether the device lists the extension. */
export function hasExtension({ extensions }: AuthenticatorInfo, id: string): boolean {
  return extensions?.includes(id) === true;
}

/** Returns whether the device can verify its user now: a PIN is set, or a fingerprint enrolled. */
export function canVerify({ options }: AuthenticatorInfo): boolean {
  const byPin = options?.["clientPin"] === true && options["noMcGaPermissionsWithClientPin"] !== true;
  return byPin || options?.["uv"] === true;
}
