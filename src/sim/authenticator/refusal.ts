import { HarnessError } from "../../core/errors.js";
import { CtapStatus, nameOfStatus, type CtapStatusName } from "../../ctap/status.js";

/** Ends a command with a status. Never leaves the authenticator. */
export class Refusal extends HarnessError<"REFUSED"> {
  readonly status: number;

  constructor(status: number) {
    super("REFUSED", `answers ${nameOfStatus(status)}`);
    this.status = status;
  }
}

/** @throws {Refusal} always. */
export function refuse(name: CtapStatusName): never {
  throw new Refusal(CtapStatus[name]);
}
