import { isHarnessError } from "../../core/errors.js";
import { BROADCAST_CHANNEL, HidCommand } from "../../transports/hid/constants.js";
import { channelOf, type HidMessage, isInitPacket, MessageAssembler } from "../../transports/hid/framing.js";
import type { Stamp } from "../importer.js";
import type { Counter } from "../tags.js";
import type { CtapFlow } from "./ctap-flow.js";

const REPORT_BYTES = 64;
const CHANNELS_MAX = 64;

/** Puts the CTAPHID reports of a log together, and hands their messages to a {@link CtapFlow}. */
export class HidReports {
  readonly #flow: CtapFlow;
  readonly #dropped: Counter;
  readonly #assemblers = new Map<string, MessageAssembler>();

  constructor(flow: CtapFlow, dropped: Counter) {
    this.#flow = flow;
    this.#dropped = dropped;
  }

  /** @param report 64 bytes, or 65 with the number of the report in front; anything else is counted and left out. */
  push(at: Stamp, direction: "in" | "out", report: Uint8Array): void {
    const bytes = report.length === REPORT_BYTES + 1 && report[0] === 0 ? report.subarray(1) : report;
    if (bytes.length !== REPORT_BYTES) return this.#dropped.add("report of another size than 64 bytes");
    const assembler = this.#assemblerOf(`${direction}.${channelOf(bytes)}`);
    if (isInitPacket(bytes) && assembler.pending) {
      this.#dropped.add("message that another one interrupts");
      assembler.reset();
    }
    try {
      const message = assembler.push(bytes);
      if (message !== undefined) takeHidMessage(this.#flow, at, direction, message);
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      this.#dropped.add("report that does not fit into its message");
    }
  }

  #assemblerOf(id: string): MessageAssembler {
    const assembler = this.#assemblers.get(id) ?? new MessageAssembler();
    this.#assemblers.delete(id);
    this.#assemblers.set(id, assembler);
    const [oldest] = this.#assemblers.keys();
    if (this.#assemblers.size > CHANNELS_MAX && oldest !== undefined) this.#assemblers.delete(oldest);
    return assembler;
  }
}

/** Answers of CTAPHID_ERROR. @see CTAP 2.2 §11.2.9.1.6 */
const CHANNEL_BUSY = 0x06;

/** Hands a CTAPHID message on as what it is: request, answer, sign of life, cancel, error. */
export function takeHidMessage(
  flow: CtapFlow,
  at: Stamp,
  direction: "in" | "out",
  { channel, command, payload }: Pick<HidMessage, "channel" | "command" | "payload">,
): void {
  const [first] = payload;
  switch (command) {
    case HidCommand.INIT:
      if (direction === "in" && channel === BROADCAST_CHANNEL)
        flow.event(at, "link", { kind: "link.opened", link: "key" });
      return;
    case HidCommand.CBOR:
      if (first === undefined) return;
      if (direction === "out") flow.request(at, first, payload.subarray(1), payload.length);
      else flow.response(at, first, payload.subarray(1), payload.length);
      return;
    case HidCommand.KEEPALIVE:
      if (direction === "in" && first !== undefined) flow.keepalive(at, first);
      return;
    case HidCommand.CANCEL:
      if (direction === "out") flow.cancel(at);
      return;
    case HidCommand.ERROR:
      if (direction === "out" || first === undefined) return;
      if (first === CHANNEL_BUSY)
        flow.event(
          at,
          "link",
          { kind: "link.busy", link: "key", retryMs: 0 },
          "the key answered that it is busy",
        );
      else flow.lost(at, `HID_ERROR_${first.toString(16).padStart(2, "0").toUpperCase()}`);
      return;
    default:
  }
}
