import type { CreationOptionsInput, RequestOptionsInput } from "../../src/webauthn/json-input.js";

export const RP_ID = "example.com";
export const ORIGIN = "https://login.example.com";

/** What a site without special wishes asks for, with overrides. */
export function creationOptions(override: Partial<CreationOptionsInput> = {}): CreationOptionsInput {
  return {
    rp: { id: RP_ID, name: "Example" },
    user: { id: "dXNlci0x", name: "user@example.com", displayName: "User" },
    challenge: "Y2hhbGxlbmdlLW9mLXRoaXJ0eS10d28tYnl0ZXMtaGVyZQ",
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    ...override,
  };
}

export function requestOptions(override: Partial<RequestOptionsInput> = {}): RequestOptionsInput {
  return { challenge: creationOptions().challenge, rpId: RP_ID, ...override };
}
