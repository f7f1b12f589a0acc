import { toBase64url } from "../../core/bytes.js";
import { isHarnessError } from "../../core/errors.js";
import { Permission } from "../../ctap/messages/client-pin.js";
import { deflate, inflate } from "../../ctap/client/deflate.js";
import {
  largeBlobAction,
  largeBlobOutput,
  largeBlobSupport,
  type LargeBlobOutput,
} from "../../ctap/extensions/large-blob.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import { LARGE_BLOB_BYTES_MAX } from "../../ctap/client/large-blob-entry.js";
import { largeBlobStorage } from "../../ctap/client/large-blob-storage.js";
import { ClientError } from "../client-error.js";
import type { ExtensionInputs } from "../idl/parse-options.js";
import type { ExtensionsJSON } from "../json.js";
import { PlanError } from "../client/plan-uv.js";
import type {
  ClientExtension,
  ExtensionContext,
  ExtensionOutcome,
  ExtensionRun,
} from "./client-extension.js";
import { canVerify, hasExtension } from "./device-facts.js";

type LargeBlobInputs = NonNullable<ExtensionInputs["largeBlob"]>;

const ID = "largeBlob";
const KEY = "largeBlobKey";

/**
 * Some of the site's own data, kept by the authenticator: with the extension of the same name (phones, some
 * keys of CTAP 2.3), or encrypted in the large-blob array (keys of CTAP 2.1 and later).
 *
 * @see WebAuthn Level 3 §10.1.5
 */
export const largeBlob: ClientExtension = {
  id: ID,

  checkCreate({ largeBlob: { read, write } = {} }) {
    if (read === undefined && write === undefined) return;
    throw notSupported("largeBlob.read and largeBlob.write are for get() only");
  },

  checkGet({ largeBlob: { support, read, write } = {} }, allowedIds) {
    if (support !== undefined) throw notSupported("largeBlob.support is for create() only");
    if (read === true && write !== undefined) throw notSupported("largeBlob cannot read and write at once");
    if (write !== undefined && allowedIds.length !== 1) {
      throw notSupported("largeBlob.write needs exactly one credential in allowCredentials");
    }
  },

  /** The array of a protected key is written with a token only. */
  demandsUv(asked, info) {
    return asked.largeBlob?.write !== undefined && hasArray(info) && canVerify(info);
  },

  /** @throws {PlanError} `LARGE_BLOB_UNAVAILABLE` when the site insists on it. */
  create(asked, { session, residentKey }) {
    const { largeBlob: wanted } = asked;
    if (wanted === undefined) return undefined;
    // Values the client does not know count as `preferred`, as the specification has it.
    const support = wanted.support === "required" ? "required" : "preferred";
    if (hasExtension(session.info, ID)) {
      return {
        inputs: new Map([[ID, largeBlobSupport.write(support)]]),
        outputs: (outcome) => ({ largeBlob: { supported: directOutput(outcome).supported === true } }),
      };
    }
    // Only discoverable credentials have a place for the key.
    if (hasArray(session.info) && residentKey) {
      return {
        inputs: new Map([[KEY, true]]),
        outputs: ({ largeBlobKey }) => ({ largeBlob: { supported: largeBlobKey !== undefined } }),
      };
    }
    if (support === "required") throw unavailable(session.info);
    return { outputs: () => ({ largeBlob: { supported: false } }) };
  },

  get(asked, context) {
    const { largeBlob: wanted } = asked;
    // Neither read nor written: no output.
    if (wanted === undefined || (wanted.read !== true && wanted.write === undefined)) return undefined;
    const { session } = context;
    if (hasExtension(session.info, ID)) return getDirect(wanted);
    if (hasArray(session.info) && !session.device.oneShot) return getFromArray(wanted, context);
    return { outputs: () => toResult(wanted, undefined) };
  },
};

function hasArray(info: AuthenticatorInfo): boolean {
  return hasExtension(info, KEY) && info.options?.["largeBlobs"] === true;
}

function getDirect({ write }: LargeBlobInputs): ExtensionRun {
  const action = write
    ? ({ write: { blob: deflate(write), originalSize: write.length } } as const)
    : ({ read: true } as const);
  return {
    inputs: new Map([[ID, largeBlobAction.write(action)]]),
    outputs(outcome) {
      const output = directOutput(outcome);
      if (write) return { largeBlob: { written: output.written === true } };
      return { largeBlob: blobMember(unpack(output)) };
    },
  };
}

function getFromArray(wanted: LargeBlobInputs, context: ExtensionContext): ExtensionRun {
  const { write } = wanted;
  const mayNeedToken = write !== undefined && canVerify(context.session.info);
  return {
    inputs: new Map([[KEY, true]]),
    ...(mayNeedToken && { permissions: Permission.largeBlobWrite }),
    async outputs({ largeBlobKey: key, token }) {
      if (key === undefined) return toResult(wanted, undefined);
      const { env, session, transact } = context;
      const storage = largeBlobStorage(env, session, { token });
      try {
        if (write) await storage.write({ key, data: write }, transact);
        return toResult(wanted, write ?? (await storage.read(key, transact)));
      } catch (error) {
        // The assertion is made: the site gets it, and learns that the blob is another matter.
        transact.signal?.throwIfAborted();
        if (!isHarnessError(error) && !(error instanceof RangeError)) throw error;
        return toResult(wanted, undefined);
      }
    },
  };
}

/** @param data what was read or written; `undefined` when that failed. */
function toResult({ write }: LargeBlobInputs, data: Uint8Array | undefined): ExtensionsJSON {
  return { largeBlob: write ? { written: data !== undefined } : blobMember(data) };
}

function blobMember(data: Uint8Array | undefined): ExtensionsJSON {
  return data ? { blob: toBase64url(data) } : {};
}

function directOutput({ unsignedExtensionOutputs }: ExtensionOutcome): LargeBlobOutput {
  const output = unsignedExtensionOutputs?.get(ID);
  return output === undefined ? {} : largeBlobOutput.read(output, ID);
}

/** `undefined` for nothing, and for what does not unpack to the size that was announced. */
function unpack({ blob, originalSize }: LargeBlobOutput): Uint8Array | undefined {
  if (blob === undefined || originalSize === undefined || originalSize > LARGE_BLOB_BYTES_MAX)
    return undefined;
  return inflate(blob, originalSize);
}

function notSupported(problem: string): ClientError {
  return new ClientError("EXTENSION_NOT_SUPPORTED", problem);
}

function unavailable(info: AuthenticatorInfo): PlanError {
  if (hasArray(info)) {
    return new PlanError(
      "LARGE_BLOB_UNAVAILABLE",
      "only discoverable credentials can have a large blob here",
      {
        hint: "require a resident key, or make largeBlob.support preferred",
      },
    );
  }
  return new PlanError("LARGE_BLOB_UNAVAILABLE", "this authenticator keeps no large blobs", {
    hint: "make largeBlob.support preferred, or use another authenticator",
  });
}
