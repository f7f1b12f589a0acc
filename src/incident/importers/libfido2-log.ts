import { fromHex } from "../../core/bytes.js";
import { nameOfStatus } from "../../ctap/status.js";
import type { Importer } from "../importer.js";
import { type DebugSheet, type LineReader, readDebugLog, recogniseLines } from "./debug-log.js";
import { takeHidMessage } from "./hid-reports.js";

const OWN = /\b(?:fido_tx|fido_rx|rx_preamble|rx|cbor_parse_reply): (?:dev=|buf=|payload_len=|blob\[0\]=)/;
const COMMAND = /\bfido_tx: dev=\S+, cmd=0x([\da-f]{2})/;
const WAIT = /\bfido_rx: dev=\S+, cmd=0x[\da-f]{2}, ms=(-?\d{1,9})/;
const DUMP = /\b(fido_tx|fido_rx|rx_preamble|rx): buf=\S+, len=(\d{1,5})/;
const ROW = /(?:^|\s)(\d{4}): ((?:[\da-f]{2}(?: |$)){1,16})\s*$/;
const REPLY = /\bcbor_parse_reply: blob\[0\]=0x([\da-f]{2})/;
const FAILURE = /\bFIDO_ERR_(?:RX|TX|TIMEOUT)\b/;
const BYTES_MAX = 8_192;

/** What libfido2 prints with `FIDO_DEBUG=1` or `-d`. */
export const libfido2Log: Importer = {
  id: "libfido2-log",
  title: "debug output of libfido2: FIDO_DEBUG=1, fido2-token -d, ssh-keygen",
  recognise: (head) => recogniseLines(head, OWN, "lines of libfido2's debug output"),
  read: (file, context) =>
    readDebugLog(file, context, {
      title: "debug output of libfido2",
      level: "debug",
      clock: { machine: "client" },
      reader: libfido2Reader,
    }),
};

interface Dump {
  readonly of: string;
  readonly length: number;
  readonly bytes: number[];
}

/** Requests are printed whole, answers as the frames that they came in; rows of 16 bytes follow the line that names them. */
function libfido2Reader({ flow, reports, dropped, notes }: DebugSheet): LineReader {
  let command = 0;
  let dump: Dump | undefined;
  let hasFrames = false;
  return (line, at) => {
    const row = ROW.exec(line);
    if (row !== null && dump !== undefined) {
      dump.bytes.push(...fromHex((row[2] ?? "").replaceAll(" ", "")));
      if (dump.bytes.length < dump.length) return true;
      const { of, length, bytes } = dump;
      dump = undefined;
      const whole = Uint8Array.from(bytes.slice(0, length));
      if (of === "fido_tx") takeHidMessage(flow, at, "out", { channel: 0, command, payload: whole });
      else if (of === "rx" || of === "rx_preamble") {
        hasFrames = true;
        reports.push(at, "in", whole);
      }
      return true;
    }
    if (dump !== undefined) {
      dropped.add("dump of bytes that stops in the middle");
      dump = undefined;
    }
    const begun = DUMP.exec(line);
    if (begun !== null) {
      const length = Number(begun[2]);
      if (length > 0 && length <= BYTES_MAX) dump = { of: begun[1] ?? "", length, bytes: [] };
      return true;
    }
    const sent = COMMAND.exec(line);
    if (sent !== null) {
      command = parseInt(sent[1] ?? "0", 16) & 0x7f;
      return true;
    }
    const wait = WAIT.exec(line);
    if (wait !== null) {
      if (Number(wait[1]) >= 0) notes.add("The program gave its answers a time of its own (ms=).");
      return true;
    }
    const reply = REPLY.exec(line);
    if (reply !== null) {
      // Printed after the frames of the answer; without these it is all there is of it.
      const status = parseInt(reply[1] ?? "0", 16);
      if (!hasFrames && flow.pending !== undefined) flow.response(at, status, undefined, 1);
      if (status !== 0) notes.add(`The authenticator answered ${nameOfStatus(status)}.`);
      return true;
    }
    if (FAILURE.test(line) && flow.pending !== undefined) flow.lost(at, FAILURE.exec(line)?.[0]);
    return OWN.test(line) || line.includes("FIDO_ERR_");
  };
}
