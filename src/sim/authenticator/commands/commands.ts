import { CtapCommand } from "../../../ctap/command.js";
import { bioEnrollment } from "./bio-enrollment.js";
import { clientPin } from "./client-pin.js";
import { authenticatorConfig } from "./authenticator-config.js";
import type { SimCommand } from "../context.js";
import { credentialManagement } from "./credential-management.js";
import { getAssertion } from "./get-assertion.js";
import { getInfo } from "./get-info.js";
import { getNextAssertion } from "./get-next-assertion.js";
import { largeBlobs } from "./large-blobs.js";
import { makeCredential } from "./make-credential.js";
import { reset, selection } from "./reset.js";

/** How a command byte is answered. */
export interface CommandEntry {
  readonly run: SimCommand;
  /** Carries a CBOR map; the others are a single byte. */
  readonly hasParameters: boolean;
  /** Takes the profile's processing time. */
  readonly takesTime: boolean;
}

/** Everything this simulator answers; a further command is a further line. */
export const COMMANDS: ReadonlyMap<number, CommandEntry> = new Map([
  [CtapCommand.makeCredential, { run: makeCredential, hasParameters: true, takesTime: true }],
  [CtapCommand.getAssertion, { run: getAssertion, hasParameters: true, takesTime: true }],
  [CtapCommand.getInfo, { run: getInfo, hasParameters: false, takesTime: false }],
  [CtapCommand.clientPin, { run: clientPin, hasParameters: true, takesTime: true }],
  [CtapCommand.reset, { run: reset, hasParameters: false, takesTime: true }],
  [CtapCommand.getNextAssertion, { run: getNextAssertion, hasParameters: false, takesTime: true }],
  [
    CtapCommand.bioEnrollment,
    { run: bioEnrollment(CtapCommand.bioEnrollment), hasParameters: true, takesTime: true },
  ],
  [
    CtapCommand.bioEnrollmentPreview,
    { run: bioEnrollment(CtapCommand.bioEnrollmentPreview), hasParameters: true, takesTime: true },
  ],
  [CtapCommand.largeBlobs, { run: largeBlobs, hasParameters: true, takesTime: true }],
  [CtapCommand.selection, { run: selection, hasParameters: false, takesTime: true }],
  [
    CtapCommand.credentialManagement,
    { run: credentialManagement(CtapCommand.credentialManagement), hasParameters: true, takesTime: true },
  ],
  [
    CtapCommand.credentialManagementPreview,
    {
      run: credentialManagement(CtapCommand.credentialManagementPreview),
      hasParameters: true,
      takesTime: true,
    },
  ],
  [CtapCommand.authenticatorConfig, { run: authenticatorConfig, hasParameters: true, takesTime: true }],
]);
