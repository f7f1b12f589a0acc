import { appId } from "./app-id.js";
import type { ClientExtension } from "./client-extension.js";
import { credBlob } from "./cred-blob.js";
import { credProps } from "./cred-props.js";
import { credProtect } from "./cred-protect.js";
import { largeBlob } from "./large-blob.js";
import { minPinLength } from "./min-pin-length.js";
import { payment } from "./payment.js";
import { pinComplexityPolicy } from "./pin-complexity-policy.js";
import { prf } from "./prf.js";
import { uvm } from "./uvm.js";

/** Everything this client understands; what is not here is ignored, as a browser does. */
export const KNOWN_EXTENSIONS: readonly ClientExtension[] = [
  appId,
  credProps,
  credProtect,
  credBlob,
  minPinLength,
  pinComplexityPolicy,
  largeBlob,
  prf,
  payment,
  uvm,
];
