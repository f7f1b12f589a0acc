import type { CborMap, CborValue } from "../../../cbor/value.js";
import {
  largeBlobAction,
  largeBlobOutput,
  largeBlobSupport,
  type CompressedBlob,
} from "../../../ctap/extensions/large-blob.js";
import type { GetInput, SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";

const ID = "largeBlob";

/** Bytes of one compressed blob on a device whose profile does not say. Ours: what passkey providers take. */
const BLOB_BYTES_DEFAULT = 2048;

/** What the store keeps before anything was written. */
const NOTHING_YET: CborMap = new Map();

/**
 * One blob with each discoverable credential, without an array, a key or a command of its own.
 *
 * A device has either this or largeBlobKey, never both.
 *
 * @see CTAP 2.3 §12 (largeBlob)
 */
export const largeBlob: SimExtension = {
  id: ID,
  make({ input, discoverable }) {
    const support = largeBlobSupport.read(input, ID);
    if (discoverable) {
      return { stored: NOTHING_YET, unsignedOutput: largeBlobOutput.write({ supported: true }) };
    }
    // Without a place in the store there is none for the blob either.
    if (support === "required") refuse("INVALID_OPTION");
    return { unsignedOutput: largeBlobOutput.write({ supported: false }) };
  },
  get(asked) {
    const action = largeBlobAction.read(asked.input, ID);
    if ("write" in action) {
      if (asked.allowed !== 1) refuse("INVALID_OPTION");
      return { unsignedOutput: largeBlobOutput.write({ written: store(asked, action.write) }) };
    }
    const stored = asked.credential.extensions.get(ID);
    return stored instanceof Map && stored.size > 0 ? { unsignedOutput: stored as CborMap } : {};
  },
};

/** Returns false for a credential without room for a blob, and for a blob that does not fit. */
function store({ context, credential }: GetInput, { blob, originalSize }: CompressedBlob): boolean {
  const { profile } = context;
  if (!(credential.extensions.get(ID) instanceof Map)) return false;
  if (blob.length > (profile.limits.directLargeBlobBytes ?? BLOB_BYTES_DEFAULT)) return false;
  const extensions = new Map<string, CborValue>([
    ...credential.extensions,
    [ID, largeBlobOutput.write({ blob, originalSize })],
  ]);
  return context.store.update(credential.id, { extensions });
}
