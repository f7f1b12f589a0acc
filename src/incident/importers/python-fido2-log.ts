import { fromHex } from "../../core/bytes.js";
import type { Importer } from "../importer.js";
import { headOf } from "../recognise.js";
import { type DebugSheet, type LineReader, readDebugLog, recogniseLines } from "./debug-log.js";

const REPORT = /\b(SEND|RECV): ([\da-f]{8,256})\s*$/;
const KEEPALIVE = /\bGot keepalive status: ([\da-f]{2})\b/;
const BUSY = /\bCTAP channel busy, trying again/;
const CANCEL = /\bSending cancel\b/;
const OWN =
  /\b(?:SEND|RECV): [\da-f]{64,}|\bGot keepalive status: [\da-f]{2}|\bCTAP channel busy, trying again/;
/** ykman's format: `TRAFFIC 10:11:12.5 [fido2.hid.base.write_packet:51] ...` */
const YKMAN = /^[A-Z]+ +\d{2}:\d{2}:\d{2}\.\d{1,3} \[/m;

/** What python-fido2 logs at level TRAFFIC (5), and ykman with `--log-level TRAFFIC`. */
export const pythonFido2Log: Importer = {
  id: "python-fido2-log",
  title: "log of python-fido2 or ykman at level TRAFFIC",
  recognise: (head) => recogniseLines(head, OWN, "reports as python-fido2 logs them"),
  async read(file, context) {
    return readDebugLog(file, context, {
      title: "log of python-fido2",
      level: "TRAFFIC",
      // The milliseconds of ykman's stamps are not padded with zeros.
      clock: { machine: "client", hasPlainMs: YKMAN.test((await headOf(file)).text) },
      reader: pythonReader,
    });
  },
};

function pythonReader({ flow, reports, redactions }: DebugSheet): LineReader {
  let hasReports = false;
  return (line, at) => {
    const report = REPORT.exec(line);
    if (report !== null) {
      const hex = report[2] ?? "";
      if (hex.length % 2 !== 0) return false;
      hasReports = true;
      reports.push(at, report[1] === "SEND" ? "out" : "in", fromHex(hex));
      return true;
    }
    const keepalive = KEEPALIVE.exec(line);
    if (keepalive !== null) {
      if (!hasReports) flow.keepalive(at, parseInt(keepalive[1] ?? "0", 16));
      return true;
    }
    if (BUSY.test(line) || CANCEL.test(line)) {
      if (!hasReports && CANCEL.test(line)) flow.cancel(at);
      return true;
    }
    if (/\bpin\b/i.test(line)) redactions.add("line that speaks of a PIN");
    return false;
  };
}
