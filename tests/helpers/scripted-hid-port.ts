import { AsyncQueue } from "../../src/core/queue.js";
import { type HidMessage, MessageAssembler, toReports } from "../../src/transports/hid/framing.js";
import type { HidPort } from "../../src/transports/hid/port.js";

export interface ScriptedHidPort extends HidPort {
  /** Every message the host sent, whole. */
  readonly messages: readonly HidMessage[];
  /** Says something as the device. */
  say(message: HidMessage): void;
  /** Puts these bytes on the wire as they are. */
  sayReport(report: Uint8Array): void;
  end(error?: Error): void;
}

/** A device whose every word is the test's: `hear` is called with each whole message of the host. */
export function scriptedHidPort(
  hear: (message: HidMessage, port: ScriptedHidPort) => void,
  beforeWrite: (written: number) => Promise<void> = () => Promise.resolve(),
): ScriptedHidPort {
  const inbox = new AsyncQueue<Uint8Array>();
  const assembler = new MessageAssembler();
  const messages: HidMessage[] = [];
  let written = 0;
  const port: ScriptedHidPort = {
    label: "scripted",
    messages,
    reports: () => inbox,
    say: (message) => [...toReports(message)].forEach((report) => inbox.put(report)),
    sayReport: (report) => inbox.put(report),
    end: (error) => inbox.close(error),
    close: () => Promise.resolve(inbox.close()),
    async write(report) {
      await beforeWrite(written++);
      const message = assembler.push(report);
      if (!message) return;
      messages.push(message);
      hear(message, port);
    },
  };
  return port;
}
