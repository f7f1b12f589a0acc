import type { Check } from "../check.js";
import { ATTESTATION_CHECKS } from "./attestation.js";
import { CLIENT_PIN_CHECKS } from "./client-pin.js";
import { DISCOVERABLE_CHECKS } from "./discoverable.js";
import { ENCODING_CHECKS } from "./encoding.js";
import { EXCLUSION_CHECKS } from "./exclusion.js";
import { EXTENSION_CHECKS } from "./extensions.js";
import { GET_ASSERTION_CHECKS } from "./get-assertion.js";
import { GET_INFO_RULE_CHECKS } from "./get-info-rules.js";
import { GET_INFO_CHECKS } from "./get-info.js";
import { HID_COMMAND_CHECKS } from "./hid-commands.js";
import { HID_INIT_CHECKS } from "./hid-init.js";
import { HID_MESSAGE_CHECKS } from "./hid-messages.js";
import { HMAC_SECRET_CHECKS } from "./hmac-secret.js";
import { LARGE_BLOB_CHECKS } from "./large-blobs.js";
import { MAKE_CREDENTIAL_CHECKS } from "./make-credential.js";
import { MALFORMED_BYTES_CHECKS } from "./malformed-bytes.js";
import { MALFORMED_CHECKS } from "./malformed.js";
import { MANAGEMENT_CHECKS } from "./management.js";
import { PIN_CHECKS } from "./pin-tries.js";
import { RESET_CHECKS } from "./reset.js";
import { SETTING_CHECKS } from "./settings.js";
import { TOKEN_CHECKS } from "./token.js";
import { U2F_CHECKS } from "./u2f.js";

/**
 * Every check, in the order of a run.
 *
 * @example
 * console.log(CHECKS.filter(({ severity }) => severity === "must").length);
 */
export const CHECKS: readonly Check[] = [
  ...HID_INIT_CHECKS,
  ...HID_MESSAGE_CHECKS,
  ...HID_COMMAND_CHECKS,
  ...GET_INFO_CHECKS,
  ...GET_INFO_RULE_CHECKS,
  ...MALFORMED_BYTES_CHECKS,
  ...MALFORMED_CHECKS,
  ...CLIENT_PIN_CHECKS,
  ...MAKE_CREDENTIAL_CHECKS,
  ...EXCLUSION_CHECKS,
  ...ATTESTATION_CHECKS,
  ...GET_ASSERTION_CHECKS,
  ...DISCOVERABLE_CHECKS,
  ...EXTENSION_CHECKS,
  ...HMAC_SECRET_CHECKS,
  ...U2F_CHECKS,
  ...TOKEN_CHECKS,
  ...MANAGEMENT_CHECKS,
  ...LARGE_BLOB_CHECKS,
  ...SETTING_CHECKS,
  ...PIN_CHECKS,
  ...RESET_CHECKS,
  ...ENCODING_CHECKS,
];
