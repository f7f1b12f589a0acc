import { CtapStatus } from "../../ctap/status.js";
import type { Importer } from "../importer.js";
import { type DebugSheet, type LineReader, readDebugLog, recogniseLines } from "./debug-log.js";

const SENT = /\bsent to Device\b.{0,200}?\bcmd=([^:]{1,80}): \[([\d, ]{1,65536})\]?/;
const GOT = /\bgot from Device\b.{0,200}?\bstatus=([^:]{1,80}): \[([\d, ]{0,65536})\]?/;
const CANCELLED = /\bStatemachine was cancelled\b/;
const OWN =
  /\bsent to Device\b|\bgot from Device\b|\bStatemachine was cancelled\b|\bcontinues with the signing process\b/;
const BYTES_MAX = 8_192;
/** Major type 5 of CBOR: what an answer begins with after its status. */
const MAP_MIN = 0xa0;
const MAP_MAX = 0xbf;

/** What Firefox' authenticator-rs logs at level debug. */
export const authenticatorRsLog: Importer = {
  id: "authenticator-rs-log",
  title: "log of Firefox' authenticator-rs: RUST_LOG=authenticator=debug, MOZ_LOG",
  recognise: (head) => recogniseLines(head, OWN, "messages as authenticator-rs logs them"),
  read: (file, context) =>
    readDebugLog(file, context, {
      title: "log of authenticator-rs (Firefox)",
      level: "debug: signs of life from the key are not in it",
      clock: { machine: "client" },
      reader: rustReader,
    }),
};

/** Arrays are decimal: `[1, 165, ...]`, the command byte first. */
function rustReader({ flow, dropped }: DebugSheet): LineReader {
  return (line, at) => {
    const sent = SENT.exec(line);
    if (sent !== null) {
      const bytes = bytesOf(sent[2] ?? "");
      const [command] = bytes ?? [];
      if (bytes === undefined || command === undefined) dropped.add("message that cannot be read");
      else flow.request(at, command, bytes.subarray(1), bytes.length);
      return true;
    }
    const got = GOT.exec(line);
    if (got !== null) {
      const bytes = bytesOf(got[2] ?? "") ?? new Uint8Array();
      const [first = 0] = bytes;
      const isBody = first >= MAP_MIN && first <= MAP_MAX;
      flow.response(
        at,
        statusOf(got[1] ?? "", isBody ? undefined : bytes[0]),
        isBody ? bytes : bytes.subarray(1),
        bytes.length,
      );
      return true;
    }
    if (CANCELLED.test(line)) {
      flow.cancel(at);
      return true;
    }
    return OWN.test(line);
  };
}

function bytesOf(list: string): Uint8Array | undefined {
  const numbers = list.split(",").flatMap((item) => (item.trim() === "" ? [] : [Number(item)]));
  const areBytes = numbers.every((one) => Number.isInteger(one) && one >= 0 && one <= 255);
  return areBytes && numbers.length <= BYTES_MAX ? Uint8Array.from(numbers) : undefined;
}

/** `Success`, `NoCredentials`, `Unknown(58)`, `0x2e`; the first byte of the message where the word is not known. */
function statusOf(word: string, first: number | undefined): number {
  if (/^\s*(?:Success|Ok)\b/i.test(word)) return CtapStatus.OK;
  const number = /0x([\da-f]{1,2})\b/i.exec(word)?.[1];
  if (number !== undefined) return parseInt(number, 16);
  const decimal = /\b(\d{1,3})\b/.exec(word)?.[1];
  if (decimal !== undefined && Number(decimal) <= 0xff) return Number(decimal);
  const plain = word.replaceAll(/[^A-Za-z]/g, "").toLowerCase();
  const known = Object.entries(CtapStatus).find(([name]) =>
    plain.endsWith(name.replaceAll("_", "").toLowerCase()),
  );
  return known?.[1] ?? first ?? CtapStatus.OTHER;
}
