import type { ClientExtension } from "./client-extension.js";
import { credProps } from "./cred-props.js";
import { credProtect } from "./cred-protect.js";
import { minPinLength } from "./min-pin-length.js";

/** Everything this client understands; what is not here is ignored, as a browser does. */
export const KNOWN_EXTENSIONS: readonly ClientExtension[] = [credProps, credProtect, minPinLength];
