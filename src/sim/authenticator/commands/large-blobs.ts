import { concat } from "../../../core/bytes.js";
import { Permission } from "../../../ctap/messages/client-pin.js";
import { CtapCommand } from "../../../ctap/command.js";
import {
  encodeLargeBlobArray,
  isIntact,
  LARGE_BLOB_ARRAY_BYTES_MIN,
} from "../../../ctap/client/large-blob-array.js";
import {
  encodeLargeBlobsResponse,
  largeBlobWriteMessage,
  maxFragmentLength,
  parseLargeBlobsRequest,
  type LargeBlobsRequest,
} from "../../../ctap/messages/large-blobs.js";
import {
  alwaysUv,
  EMPTY_BODY,
  isProtected,
  supportedProtocol,
  type CommandContext,
  type SimCommand,
} from "../context.js";
import { refuse } from "../refusal.js";
import type { Continuation } from "../store/state.js";

/** Under which name the store keeps the serialized array. */
const MEMORY = "largeBlobs";

/** What a device holds whose profile does not say, in bytes: the least that is allowed. @see CTAP 2.3 §6.4 */
const CAPACITY_BYTES_DEFAULT = 1024;

/** An array that is being written; any other command ends it. */
class PendingWrite implements Continuation {
  readonly command = CtapCommand.largeBlobs;
  readonly expectedLength: number;
  readonly received: Uint8Array;
  readonly token: object | undefined;

  constructor(expectedLength: number, received: Uint8Array, token?: object) {
    this.expectedLength = expectedLength;
    this.received = received;
    this.token = token;
  }
}

type Write = LargeBlobsRequest & { readonly set: Uint8Array };

/** How much the whole serialized array may take, in bytes. */
export function largeBlobCapacity({ profile }: Pick<CommandContext, "profile">): number {
  return profile.limits.largeBlobArrayBytes ?? CAPACITY_BYTES_DEFAULT;
}

/** authenticatorLargeBlobs. @see CTAP 2.3 §6.10.2 */
export const largeBlobs: SimCommand = (context, parameters) => {
  if (!context.profile.options.largeBlobs) refuse("INVALID_COMMAND");
  const request = parseLargeBlobsRequest(parameters);
  const { get, set } = request;
  // 1 to 3: exactly one of the two.
  if (get !== undefined && set !== undefined) refuse("INVALID_PARAMETER");
  if (get !== undefined) return read(context, request, get);
  return write(context, { ...request, set: set ?? refuse("INVALID_PARAMETER") });
};

function read(context: CommandContext, request: LargeBlobsRequest, get: number): Uint8Array {
  const { offset, length, pinUvAuthParam, pinUvAuthProtocol } = request;
  if (length !== undefined) refuse("INVALID_PARAMETER");
  if (pinUvAuthParam !== undefined || pinUvAuthProtocol !== undefined) refuse("INVALID_PARAMETER");
  if (get > maxFragmentLength(context.profile.limits.maxMsgSize)) refuse("INVALID_LENGTH");
  const stored = storedArray(context);
  if (offset > stored.length) refuse("INVALID_PARAMETER");
  return encodeLargeBlobsResponse({ config: stored.subarray(offset, offset + get) });
}

function write(context: CommandContext, request: Write): Uint8Array {
  const { state, crypto } = context;
  const { set, offset } = request;
  if (set.length > maxFragmentLength(context.profile.limits.maxMsgSize)) refuse("INVALID_LENGTH");
  const { expectedLength, received } = pendingWrite(context, request);
  checkToken(context, request);
  if (offset + set.length > expectedLength) refuse("INVALID_PARAMETER");

  const sofar = concat(received, set);
  state.continuation = new PendingWrite(expectedLength, sofar, request.pinUvAuthParam && state.tokens.inUse);
  if (sofar.length < expectedLength) return EMPTY_BODY;
  state.continuation = undefined;
  if (!isIntact(crypto, sofar)) refuse("INTEGRITY_FAILURE");
  const { more = new Map() } = context.store.memory;
  context.store.remember({ more: new Map([...more, [MEMORY, sofar]]) });
  return EMPTY_BODY;
}

/** Begins a new array at offset 0, goes on with the one begun everywhere else. */
function pendingWrite(context: CommandContext, { offset, length }: Write): PendingWrite {
  const { state } = context;
  if (offset > 0) {
    if (length !== undefined) refuse("INVALID_PARAMETER");
    const pending = state.continuation;
    if (!(pending instanceof PendingWrite) || pending.received.length !== offset) refuse("INVALID_SEQ");
    return pending;
  }
  if (length === undefined) refuse("INVALID_PARAMETER");
  if (length > largeBlobCapacity(context)) refuse("LARGE_BLOB_STORAGE_FULL");
  if (length < LARGE_BLOB_ARRAY_BYTES_MIN) refuse("INVALID_PARAMETER");
  const begun = new PendingWrite(length, new Uint8Array(0));
  state.continuation = begun;
  return begun;
}

function checkToken(context: CommandContext, request: Write): void {
  if (!isProtected(context) && !alwaysUv(context)) return;
  const { pinUvAuthParam } = request;
  if (pinUvAuthParam === undefined) refuse("PUAT_REQUIRED");
  const { version } = supportedProtocol(context, request.pinUvAuthProtocol);
  const { tokens } = context.state;
  const message = largeBlobWriteMessage(context.crypto, request);
  const good =
    tokens.verify(version, message, pinUvAuthParam) && tokens.hasPermission(Permission.largeBlobWrite);
  if (!good) refuse("PIN_AUTH_INVALID");
}

/** Returns the stored array: empty until a client wrote one, and again after a reset. */
function storedArray({ store, crypto }: CommandContext): Uint8Array {
  const stored = store.memory.more?.get(MEMORY);
  return stored instanceof Uint8Array ? stored : encodeLargeBlobArray(crypto, []);
}
