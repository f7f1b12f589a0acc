import { nameOfCommand } from "../../ctap/command.js";
import { nameOfStatus } from "../../ctap/status.js";
import { parseDiagnostic, type Diagnostic, type DiagnosticMap } from "./diagnostic.js";

/** A CTAP message as the log has it: `<-` goes to the key, `->` comes from it. */
export type DeviceMessage =
  | {
      readonly what: "request";
      readonly command: string;
      readonly values: DiagnosticMap | undefined;
      readonly chars: number;
    }
  | { readonly what: "cancel" }
  | {
      readonly what: "answer";
      readonly status: string;
      readonly values: DiagnosticMap | undefined;
      readonly chars: number;
    }
  | { readonly what: "read-error" }
  | { readonly what: "broken"; readonly fault: string };

const REQUEST = /^<- (0x[\da-f]+|\d+)(?: \(\w+\))? ?([\s\S]*)$/i;
const ANSWER_STATUS = /^-> \(CTAP2 error code (0x[\da-f]+|\d+)/i;
const BROKEN =
  /^-> \((CBOR parse error|CBOR with unfixable UTF-8|rejected CBOR structure|rejected empty payload)/;

/** Reads an entry that is a message; `undefined` for any other text. */
export function messageOf(text: string): DeviceMessage | undefined {
  if (text.startsWith("<- (cancel)")) return { what: "cancel" };
  const request = REQUEST.exec(text);
  if (request !== null) {
    const [, command = "", body = ""] = request;
    return {
      what: "request",
      command: nameOfCommand(Number(command)),
      values: mapIn(body),
      chars: body.length,
    };
  }
  if (!text.startsWith("-> ")) return undefined;
  const status = ANSWER_STATUS.exec(text);
  if (status !== null)
    return { what: "answer", status: nameOfStatus(Number(status[1])), values: undefined, chars: 0 };
  if (text.startsWith("-> (error reading)")) return { what: "read-error" };
  const broken = BROKEN.exec(text);
  if (broken !== null) return { what: "broken", fault: broken[1] ?? "" };
  return { what: "answer", status: "OK", values: mapIn(text.slice("-> ".length)), chars: text.length };
}

function mapIn(text: string): DiagnosticMap | undefined {
  const value = parseDiagnostic(text);
  return value instanceof Map ? (value as DiagnosticMap) : undefined;
}

/** Returns a member of a message that is bytes. */
export function bytesAt(map: DiagnosticMap | undefined, key: string): Uint8Array | undefined {
  const value = map?.get(key);
  return value instanceof Uint8Array ? value : undefined;
}

/** Returns a member of a message that is a map. */
export function mapAt(map: DiagnosticMap | undefined, key: string): DiagnosticMap | undefined {
  const value: Diagnostic | undefined = map?.get(key);
  return value instanceof Map ? (value as DiagnosticMap) : undefined;
}

/** Returns a member of a message that is a text. */
export function textAt(map: DiagnosticMap | undefined, key: string): string | undefined {
  const value = map?.get(key);
  return typeof value === "string" ? value : undefined;
}

const CREDENTIAL_ID_LENGTH_AT = 53;
const CREDENTIAL_ID_AT = 55;

/** Reads the credential id out of authenticator data. @see WebAuthn Level 3 §6.5.1 */
export function credentialIdIn(authData: Uint8Array | undefined): Uint8Array | undefined {
  if (authData === undefined || authData.length < CREDENTIAL_ID_AT) return undefined;
  const length = new DataView(authData.buffer, authData.byteOffset).getUint16(CREDENTIAL_ID_LENGTH_AT);
  return length > 0 && authData.length >= CREDENTIAL_ID_AT + length
    ? authData.slice(CREDENTIAL_ID_AT, CREDENTIAL_ID_AT + length)
    : undefined;
}
