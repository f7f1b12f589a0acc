import { equalBytes } from "../../../core/bytes.js";
import { ApduError, encodeResponseApdu, parseApdu, type CommandApdu } from "../../../ctap/u2f/apdu.js";
import { CoseAlgorithm } from "../../../ctap/messages/cose.js";
import { MessageError } from "../../../ctap/messages/message-error.js";
import {
  BOGUS_APPLICATION,
  encodeU2fAuthentication,
  encodeU2fRegistration,
  parseU2fAuthenticationRequest,
  parseU2fRegistrationRequest,
  U2F_VERSION,
  U2fControl,
  U2fInstruction,
  u2fAuthenticationMessage,
} from "../../../ctap/u2f/u2f.js";
import { StatusWord, type StatusWordName } from "../../../ctap/u2f/u2f-error.js";
import { speaksU2f } from "../../profiles/profile.js";
import type { PromptPurpose } from "../../user.js";
import { pointOf } from "../attestation/attestation.js";
import { alwaysUv, u2fDisabled, type CommandContext } from "../context.js";
import {
  applicationLabel,
  CredProtect,
  credProtectOf,
  nextSignCount,
  traceCredential,
} from "../store/credentials.js";
import { Refusal } from "../refusal.js";
import { generateCredentialKey, publicKeyOf, signWith } from "../signing.js";
import type { U2fPresence } from "./u2f-presence.js";
import { unwrapCredential, wrapCredential, type WrappedCredential } from "../store/wrapped-credential.js";

export interface U2fContext extends CommandContext {
  readonly presence: U2fPresence;
}

type Instruction = (context: U2fContext, apdu: CommandApdu) => Uint8Array;

const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  [U2fInstruction.register, register],
  [U2fInstruction.authenticate, authenticate],
  [U2fInstruction.version, version],
]);

const CONTROLS: readonly number[] = Object.values(U2fControl);

const NOTHING = new Uint8Array(0);

/** Ends an instruction with a status word. Never leaves this file. */
class Answered extends Error {
  readonly statusWord: number;

  constructor(name: StatusWordName) {
    super(name);
    this.statusWord = StatusWord[name];
  }
}

/**
 * U2F as CTAP2 keys still speak it: their credentials are its key handles, and the other way round.
 *
 * @see FIDO U2F Raw Message Formats; CTAP 2.3 §10.3 (interoperation)
 */
export async function answerU2f(context: U2fContext, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    const apdu = parseApdu(bytes);
    if (!speaksU2f(context.profile)) stop("INS_NOT_SUPPORTED");
    if (u2fDisabled(context)) stop("COMMAND_NOT_ALLOWED");
    if (apdu.cla !== 0) stop("CLA_NOT_SUPPORTED");
    const run = INSTRUCTIONS.get(apdu.ins) ?? stop("INS_NOT_SUPPORTED");
    await context.gestures.work(context.profile.timeouts.processingMs);
    return encodeResponseApdu({ data: run(context, apdu), statusWord: StatusWord.NO_ERROR });
  } catch (error) {
    return encodeResponseApdu({ data: NOTHING, statusWord: statusWordOf(error) });
  }
}

/** @see FIDO U2F Raw Message Formats §4 */
function register(context: U2fContext, { data }: CommandApdu): Uint8Array {
  const { crypto, env, attestation } = context;
  const request = parseU2fRegistrationRequest(data);
  demandPresence(context, "u2f-register");
  const key = generateCredentialKey(crypto, env.entropy, CoseAlgorithm.ES256);
  const wrapped = { ...key, extensions: new Map() };
  const keyHandle = wrapCredential(context, wrapped, { rpIdHash: request.application });
  const made = { keyHandle, publicKey: pointOf(publicKeyOf(crypto, key)) };
  enter(context, wrapped, { id: keyHandle, application: request.application });
  return encodeU2fRegistration({ ...made, ...attestation.signU2f(request, made) });
}

/** @see FIDO U2F Raw Message Formats §5 */
function authenticate(context: U2fContext, { data, p1: control }: CommandApdu): Uint8Array {
  const request = parseU2fAuthenticationRequest(data);
  const { keyHandle: id, application } = request;
  const credential = unwrapCredential(context, id, { rpIdHash: application });
  if (credential === undefined || !isOpen(credential) || !CONTROLS.includes(control)) stop("WRONG_DATA");
  if (control === U2fControl.checkOnly) stop("CONDITIONS_NOT_SATISFIED");
  const enforced = control === U2fControl.enforcePresence;
  if (enforced) demandPresence(context, "u2f-authenticate");
  const said = { presence: enforced ? 1 : 0, counter: nextSignCount(context, id) };
  const known = context.store.find(id);
  traceCredential(context, "used", {
    id,
    rpId: known?.rpId ?? applicationLabel(application),
    userId: known?.userId,
  });
  const signature = signWith(context.crypto, credential, u2fAuthenticationMessage(request, said));
  return encodeU2fAuthentication({ ...said, signature });
}

/** @see FIDO U2F Raw Message Formats §6 */
function version(_: U2fContext, { data }: CommandApdu): Uint8Array {
  if (data.length > 0) stop("WRONG_LENGTH");
  return U2F_VERSION;
}

/**
 * Demands presence; U2F has no verification, so a device with alwaysUv asks for an enrolled finger instead of any
 * touch.
 */
function demandPresence(context: U2fContext, purpose: PromptPurpose): void {
  const kind = alwaysUv(context) ? "verify" : "touch";
  if (!context.presence.take({ kind, purpose, context: context.env.trace.context }))
    stop("CONDITIONS_NOT_SATISFIED");
}

/** U2F signs with one algorithm, and without user verification. */
function isOpen(credential: WrappedCredential): boolean {
  return (
    credential.alg === CoseAlgorithm.ES256 && credProtectOf(credential) < CredProtect.userVerificationRequired
  );
}

/** Adds the registration to the credential store, except for the bogus application, which belongs to no site. */
function enter(
  context: U2fContext,
  { alg, secretKey, extensions }: WrappedCredential,
  { id, application }: { readonly id: Uint8Array; readonly application: Uint8Array },
): void {
  if (equalBytes(application, BOGUS_APPLICATION)) return;
  const { added } = context.store.add({
    id,
    rpId: applicationLabel(application),
    userId: NOTHING,
    alg,
    secretKey,
    discoverable: false,
    createdAtEpochMs: context.env.clock.epochMs(),
    extensions,
  });
  traceCredential(context, "created", { ...added, userId: undefined });
}

/** @throws whatever is no fault of the request. */
function statusWordOf(error: unknown): number {
  if (error instanceof Answered) return error.statusWord;
  if (error instanceof ApduError || error instanceof MessageError) return StatusWord.WRONG_LENGTH;
  // The power went, or the host dropped the request.
  if (error instanceof Refusal) return StatusWord.OTHER;
  throw error;
}

function stop(name: StatusWordName): never {
  throw new Answered(name);
}
