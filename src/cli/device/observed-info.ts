import {
  type AuthenticatorInfo,
  CtapCommand,
  MessageError,
  parseInfo,
  type TransactOptions,
} from "../../entry/ctap.js";
import { AwaitedAnswers } from "./awaited-answers.js";

/** Wraps a device and keeps what it says of itself when it is asked anyway, so that a report costs no further question. */
export class ObservedInfo extends AwaitedAnswers {
  #said: AuthenticatorInfo | undefined;

  /** What the device said last; `undefined` when it was not asked, or cannot be read. */
  get said(): AuthenticatorInfo | undefined {
    return this.#said ?? (this.infoInAdvance && read(this.infoInAdvance));
  }

  override async transact(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    const answer = await super.transact(request, options);
    const isInfo = request.length === 1 && request[0] === CtapCommand.getInfo && answer[0] === 0;
    if (isInfo) this.#said = read(answer.subarray(1)) ?? this.#said;
    return answer;
  }
}

function read(body: Uint8Array): AuthenticatorInfo | undefined {
  try {
    return parseInfo(body);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}
