import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { APDU_ANSWER_MAX, ApduError, encodeApdu, parseResponseApdu, type ApduForm } from "./apdu.js";
import type { TransactOptions } from "../device.js";
import { MessageError } from "../messages/message-error.js";
import { TransportError } from "../transport-error.js";
import {
  encodeU2fAuthenticationRequest,
  encodeU2fRegistrationRequest,
  nameOfU2fInstruction,
  parseU2fAuthentication,
  parseU2fRegistration,
  U2fControl,
  U2fInstruction,
  type U2fAuthentication,
  type U2fAuthenticationRequest,
  type U2fRegistration,
  type U2fRegistrationRequest,
} from "./u2f.js";
import { nameOfStatusWord, StatusWord, U2fError } from "./u2f-error.js";

/** One APDU to the key; data and status word back. */
export type SendApdu = (apdu: Uint8Array, options?: TransactOptions) => Promise<Uint8Array>;

/**
 * U2F, word for word: one instruction, one answer. Waiting for a touch is its caller's business.
 *
 * All throw {@link U2fError} for any status word but 9000, {@link TransportError} `PROTOCOL_VIOLATION` for
 * answers that cannot be read, and what the link throws.
 */
export interface U2fClient {
  /** "U2F_V2" of any key that is one. */
  version(options?: TransactOptions): Promise<string>;
  register(request: U2fRegistrationRequest, options?: TransactOptions): Promise<U2fRegistration>;
  authenticate(
    request: U2fAuthenticationRequest & { readonly control: U2fSigningControl },
    options?: TransactOptions,
  ): Promise<U2fAuthentication>;
  /** Checks whether the key handle is of this key, for this application. Signs nothing, asks for no touch. */
  check(request: U2fAuthenticationRequest, options?: TransactOptions): Promise<boolean>;
}

export type U2fSigningControl = typeof U2fControl.enforcePresence | typeof U2fControl.dontEnforcePresence;

/** What keys say to key handles that are not theirs; some do not like their length. */
const NOT_MINE: readonly number[] = [StatusWord.WRONG_DATA, StatusWord.WRONG_LENGTH];

export interface U2fClientOptions {
  /** `extended` by default, the only one on USB. */
  readonly form?: ApduForm;
  /** Returns the span that asks, for a client that serves several; the span of `env` when absent. */
  readonly context?: () => TraceContext | undefined;
}

const OPTIONS = parameters<U2fClientOptions>({
  form: maybe(shape.oneOf(["short", "extended"])),
  context: maybe(arg.callable),
});

/** @see FIDO U2F Raw Message Formats */
export function u2fClient(env: Env, sendApdu: SendApdu, options: U2fClientOptions = {}): U2fClient {
  checkArguments("u2fClient", {
    env: [arg.env, env],
    sendApdu: [arg.callable, sendApdu],
    options: [OPTIONS, options],
  });
  const { form = "extended", context = () => undefined } = options;
  let lastTraced = "";

  /** The trace records an answer once, however often a client asks again for a touch. */
  const trace = (ins: number, statusWord: number) => {
    const event = {
      kind: "ctap.u2f",
      instruction: nameOfU2fInstruction(ins),
      status: nameOfStatusWord(statusWord),
    } as const;
    const line = `${event.instruction} ${event.status}`;
    if (line !== lastTraced) env.trace.in(context()).emit(event);
    lastTraced = line;
  };

  const ask = async (
    command: { readonly ins: number; readonly p1?: number; readonly data?: Uint8Array },
    options: TransactOptions | undefined,
  ): Promise<Uint8Array> => {
    const { ins, p1 = 0, data = new Uint8Array(0) } = command;
    const apdu = encodeApdu({ cla: 0, ins, p1, p2: 0, data, le: APDU_ANSWER_MAX[form] }, form);
    const bytes = await sendApdu(apdu, options);
    const answer = reading(nameOfU2fInstruction(ins), () => parseResponseApdu(bytes));
    trace(ins, answer.statusWord);
    if (answer.statusWord === StatusWord.NO_ERROR) return answer.data;
    throw new U2fError(nameOfU2fInstruction(ins), answer.statusWord);
  };

  const authenticate = (control: number, request: U2fAuthenticationRequest, options?: TransactOptions) =>
    ask(
      { ins: U2fInstruction.authenticate, p1: control, data: encodeU2fAuthenticationRequest(request) },
      options,
    );

  return {
    async version(options) {
      return new TextDecoder().decode(await ask({ ins: U2fInstruction.version }, options));
    },
    async register(request, options) {
      const data = encodeU2fRegistrationRequest(request);
      const answer = await ask({ ins: U2fInstruction.register, data }, options);
      return reading("register", () => parseU2fRegistration(answer));
    },
    async authenticate({ control, ...request }, options) {
      const answer = await authenticate(control, request, options);
      return reading("authenticate", () => parseU2fAuthentication(answer));
    },
    async check(request, options) {
      try {
        await authenticate(U2fControl.checkOnly, request, options);
        // A key that signs although it was only to check knows the handle all the same.
        return true;
      } catch (error) {
        if (!(error instanceof U2fError)) throw error;
        if (error.statusWord === StatusWord.CONDITIONS_NOT_SATISFIED) return true;
        if (NOT_MINE.includes(error.statusWord)) return false;
        throw error;
      }
    },
  };
}

/** Reports that the key acted and that its answer cannot be read, so that the effect is unknown. */
export function unreadable(instruction: string, cause: Error): TransportError {
  return new TransportError("PROTOCOL_VIOLATION", `U2F ${instruction} answered: ${cause.message}`, {
    cause,
    aftermath: "unknown",
  });
}

function reading<T>(instruction: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ApduError || cause instanceof MessageError) throw unreadable(instruction, cause);
    throw cause;
  }
}
