import { isHarnessError } from "../../core/errors.js";
import { readUsbCapture } from "../../transports/hid/capture/read-usb-capture.js";
import type { Importer } from "../importer.js";
import { Counter } from "../tags.js";
import { counted } from "../text/lines.js";
import { CtapFlow } from "./ctap-flow.js";
import { takeHidMessage } from "./hid-reports.js";
import { sourceOf, Span } from "./source.js";

/** First four bytes of pcapng, and of pcap in either byte order with micro- or nanoseconds. */
const MAGICS: readonly string[] = ["0a0d0d0a", "d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d"];
const FLOWS_MAX = 64;
const PRECISION_MS = 0.001;

/** A capture of USB packets, of usbmon or USBPcap: what went over the wire to keys, signs of life included. */
export const usbCapture: Importer = {
  id: "usb-capture",
  title: "capture of USB packets (pcap, pcapng): usbmon, USBPcap",
  recognise({ bytes }) {
    const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return MAGICS.includes(magic) ? { score: 0.9, reason: "begins as a capture does" } : undefined;
  },
  async read(file, { progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const seen = new Span();
    const notes = new Set<string>();
    const flows = new Map<string, CtapFlow>();
    const onNote = ({ code }: { readonly code: string }) => dropped.add(`part of the capture (${code})`);
    try {
      for await (const message of readUsbCapture(counted(file.open(), progress), { onNote })) {
        const at = { fromMs: message.endUs / 1_000, toMs: message.endUs / 1_000 + PRECISION_MS };
        seen.take(at);
        // What two programs say to one key goes over channels of their own.
        const key = `${message.bus}.${message.device}.${message.channel}`;
        let flow = flows.get(key);
        if (flow === undefined) {
          if (flows.size >= FLOWS_MAX) {
            dropped.add("message on a channel beyond the most that are followed");
            continue;
          }
          flow = new CtapFlow(redactions, dropped, `k${flows.size + 1}`);
          flows.set(key, flow);
        }
        takeHidMessage(flow, at, message.direction, message);
      }
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      dropped.add(`rest of the capture (${error.code})`);
      notes.add(`The capture cannot be read, or not to its end: ${error.code}.`);
    }
    const results = [...flows.values()].map((flow) => flow.end());
    const source = sourceOf({
      title: "capture of USB packets",
      clock: { machine: "client", kind: "utc", precisionMs: PRECISION_MS },
      records: results.flatMap(({ records }) => records),
      episodes: results.flatMap(({ episodes }) => episodes),
      anchors: results.flatMap(({ anchors }) => anchors),
      probes: ["ctap", "link"],
      seen,
      dropped,
      redactions,
      notes: [...notes],
    });
    return [source];
  },
};
