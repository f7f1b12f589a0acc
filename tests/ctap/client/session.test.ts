import { eventsOf } from "../../helpers/events.js";
import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import { concat } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import {
  encodeGetAssertionResponse,
  parseGetAssertionRequest,
} from "../../../src/ctap/messages/get-assertion.js";
import { encodeInfo, parseInfo, type AuthenticatorInfo } from "../../../src/ctap/messages/get-info.js";
import { encodeMakeCredentialResponse } from "../../../src/ctap/messages/make-credential.js";
import { openSession } from "../../../src/ctap/client/session.js";
import { TransportError } from "../../../src/ctap/transport-error.js";
import { scriptedDevice, type Reply } from "../../helpers/scripted-device.js";
import { hexOf } from "../../helpers/vectors.js";

const INFO: AuthenticatorInfo = { versions: ["FIDO_2_1"], aaguid: new Uint8Array(16), maxMsgSize: 1200 };
const HASH = new Uint8Array(32).fill(0xcd);
const CANCELLED = Uint8Array.of(CtapStatus.KEEPALIVE_CANCEL);
const ASSERTION = { authData: HASH, signature: Uint8Array.of(1) };

const MAKE_CREDENTIAL = {
  clientDataHash: HASH,
  rp: { id: "example.com" },
  user: { id: Uint8Array.of(1) },
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
};

const ok = (body: Uint8Array = new Uint8Array(0)) => concat(Uint8Array.of(0), body);

/** A session whose device sent its info in advance, so that the script starts with the command in question. */
async function sessionWith(replies: readonly Reply[], info: AuthenticatorInfo = INFO) {
  const env = virtualEnv("session");
  const device = scriptedDevice(replies, { infoInAdvance: encodeInfo(info) });
  return { env, device, session: await openSession(env, device) };
}

describe("openSession", () => {
  test("asks for the info first", async () => {
    const device = scriptedDevice([ok(encodeInfo(INFO))]);
    const session = await openSession(virtualEnv("session"), device);
    expect(session.info).toEqual(INFO);
    expect(session.device).toBe(device);
    expect(device.requests).toEqual([Uint8Array.of(0x04)]);
  });

  test("does not ask a device that sent its info in advance", async () => {
    const { device, session } = await sessionWith([]);
    expect(session.info).toEqual(INFO);
    expect(device.requests).toEqual([]);
  });

  test("says which rules the info broke, and where", async () => {
    const env = virtualEnv("session");
    const unsorted = hexOf(`a20350${"00".repeat(16)}0180`);
    const session = await openSession(env, scriptedDevice([ok(unsorted)]));
    expect(session.info).toEqual({ versions: [], aaguid: new Uint8Array(16) });
    expect(eventsOf(env).filter(({ kind }) => kind === "ctap.finding")).toMatchObject([
      {
        atMs: 0,
        actor: "harness",
        kind: "ctap.finding",
        command: "getInfo",
        fault: "KEYS_OUT_OF_ORDER",
        offset: 19,
      },
    ]);
  });

  test("says so of info sent in advance, too", async () => {
    const env = virtualEnv("session");
    const device = scriptedDevice([], { infoInAdvance: hexOf(`a20350${"00".repeat(16)}0180`) });
    await openSession(env, device);
    expect(eventsOf(env)).toMatchObject([{ kind: "ctap.finding", command: "getInfo" }]);
  });

  test("fails when the device refuses", async () => {
    const device = scriptedDevice([Uint8Array.of(CtapStatus.INVALID_COMMAND)]);
    await expect(openSession(virtualEnv("session"), device)).rejects.toMatchObject({
      code: "CTAP_INVALID_COMMAND",
      command: "getInfo",
    });
  });

  test("fails when the info lacks its mandatory members", async () => {
    const device = scriptedDevice([ok(hexOf("a0"))]);
    await expect(openSession(virtualEnv("session"), device)).rejects.toMatchObject({
      code: "MESSAGE_MISSING_FIELD",
      aftermath: "none",
    });
  });
});

describe("commands", () => {
  test("makeCredential sends its request and reads the answer", async () => {
    const response = { fmt: "none", authData: HASH, attStmt: new Map() };
    const { device, session } = await sessionWith([ok(encodeMakeCredentialResponse(response))]);
    await expect(session.makeCredential(MAKE_CREDENTIAL)).resolves.toEqual(response);
    expect(device.requests.map(([command]) => command)).toEqual([0x01]);
  });

  test("getAssertion and getNextAssertion read the same kind of answer", async () => {
    const reply = ok(encodeGetAssertionResponse(ASSERTION));
    const { device, session } = await sessionWith([reply, reply]);
    const request = { rpId: "example.com", clientDataHash: HASH };
    await expect(session.getAssertion(request)).resolves.toEqual(ASSERTION);
    await expect(session.getNextAssertion()).resolves.toEqual(ASSERTION);
    const [first, second] = device.requests;
    expect(parseGetAssertionRequest(first?.subarray(1) ?? HASH)).toEqual(request);
    expect(second).toEqual(Uint8Array.of(0x08));
  });

  test("selection and reset are their command bytes", async () => {
    const { device, session } = await sessionWith([ok(), ok()]);
    await session.selection();
    await session.reset();
    expect(device.requests).toEqual([Uint8Array.of(0x0b), Uint8Array.of(0x07)]);
  });

  test("refreshInfo replaces the info", async () => {
    const after = { ...INFO, options: { clientPin: true } };
    const { session } = await sessionWith([ok(encodeInfo(after))]);
    await expect(session.refreshInfo()).resolves.toEqual(after);
    expect(session.info).toEqual(after);
  });

  test("send carries any command there and back", async () => {
    const { env, device, session } = await sessionWith([ok(Uint8Array.of(0xa0))]);
    await expect(session.send(0x55, Uint8Array.of(0xa1, 1, 2))).resolves.toEqual(Uint8Array.of(0xa0));
    expect(device.requests).toEqual([Uint8Array.of(0x55, 0xa1, 1, 2)]);
    expect(eventsOf(env)[0]).toMatchObject({ kind: "ctap.request", command: "0x55", bytes: 4 });
  });

  test("ask reads what send brings back", async () => {
    const { session } = await sessionWith([ok(encodeInfo(INFO))]);
    await expect(session.ask(Uint8Array.of(0x04), parseInfo)).resolves.toEqual(INFO);
  });

  test("an answer that cannot be read leaves open what the device did", async () => {
    const { session } = await sessionWith([ok(hexOf("a0"))]);
    await expect(session.makeCredential(MAKE_CREDENTIAL)).rejects.toMatchObject({
      code: "MESSAGE_MISSING_FIELD",
      aftermath: "unknown",
    });
  });
});

describe("statuses", () => {
  const refusals = Object.entries(CtapStatus).filter(([name]) => name !== "OK");

  test.each(refusals)("%s becomes an error of that name", async (name, status) => {
    const { env, session } = await sessionWith([Uint8Array.of(status)]);
    await expect(session.selection()).rejects.toMatchObject({
      name: "CtapError",
      code: `CTAP_${name}`,
      status,
      command: "selection",
      aftermath: "none",
    });
    expect(eventsOf(env).at(-1)).toMatchObject({ kind: "ctap.response", status: name, bytes: 1 });
  });

  test.each([0xdf, 0xe1, 0xf2, 0xff, 0x99])(
    "unknown status %i is an error that keeps the number",
    async (status) => {
      const { session } = await sessionWith([Uint8Array.of(status)]);
      await expect(session.selection()).rejects.toMatchObject({
        code: `CTAP_0x${status.toString(16)}`,
        status,
      });
    },
  );

  test("an answer without a status breaks the protocol", async () => {
    const { session } = await sessionWith([new Uint8Array(0)]);
    await expect(session.reset()).rejects.toMatchObject({
      name: "TransportError",
      code: "PROTOCOL_VIOLATION",
      aftermath: "unknown",
    });
  });
});

describe("what may be left behind", () => {
  const lost = () => Promise.reject(new TransportError("LINK_CLOSED", "cut", { aftermath: "unknown" }));
  const made = ok(encodeMakeCredentialResponse({ fmt: "none", authData: HASH, attStmt: new Map() }));
  const refused = Uint8Array.of(CtapStatus.OPERATION_DENIED);

  test("is nothing by a request that only reads, whatever becomes of it", async () => {
    const { session } = await sessionWith([lost, ok(Uint8Array.of(0xff)), new Uint8Array(0)]);
    await expect(session.pinRetries()).rejects.toMatchObject({ code: "LINK_CLOSED", aftermath: "none" });
    await expect(session.pinRetries()).rejects.toMatchObject({
      code: "MESSAGE_MALFORMED",
      aftermath: "none",
    });
    await expect(session.pinRetries()).rejects.toMatchObject({
      code: "PROTOCOL_VIOLATION",
      aftermath: "none",
    });
    expect(session.leftBehind).toEqual({ aftermath: "none" });
  });

  test("is nothing after a refusal", async () => {
    const { session } = await sessionWith([refused]);
    await expect(session.makeCredential(MAKE_CREDENTIAL)).rejects.toMatchObject({ aftermath: "none" });
    expect(session.leftBehind).toEqual({ aftermath: "none" });
  });

  test("is not known while the request is out, nor when its answer is lost, nor when a later one is refused", async () => {
    const seen: unknown[] = [];
    const { session } = await sessionWith([
      () => {
        seen.push(session.leftBehind.aftermath);
        return lost();
      },
      refused,
    ]);
    await expect(session.makeCredential(MAKE_CREDENTIAL)).rejects.toMatchObject({ aftermath: "unknown" });
    await expect(session.makeCredential(MAKE_CREDENTIAL)).rejects.toMatchObject({ aftermath: "none" });
    expect([...seen, session.leftBehind.aftermath]).toEqual(["unknown", "unknown"]);
  });

  test("is certain once the answer was read, and not known when it cannot be", async () => {
    const { session } = await sessionWith([ok(Uint8Array.of(0xff)), made]);
    await expect(session.makeCredential(MAKE_CREDENTIAL)).rejects.toMatchObject({
      code: "MESSAGE_MALFORMED",
      aftermath: "unknown",
      carriedOut: undefined,
    });
    await session.makeCredential(MAKE_CREDENTIAL);
    expect(session.leftBehind).toEqual({ aftermath: "unknown", carriedOut: "makeCredential" });
  });
});

describe("the trace", () => {
  test("has request, each keepalive and response, with names and sizes", async () => {
    const { env, session } = await sessionWith([
      (_, { onKeepalive }) => {
        onKeepalive?.("processing");
        onKeepalive?.("up-needed");
        return ok(encodeGetAssertionResponse(ASSERTION));
      },
    ]);
    const heard: string[] = [];
    await session.getNextAssertion({ onKeepalive: (status) => heard.push(status) });
    expect(heard).toEqual(["processing", "up-needed"]);
    const at = { atMs: 0, actor: "harness" };
    expect(eventsOf(env)).toMatchObject([
      { ...at, kind: "ctap.request", command: "getNextAssertion", bytes: 1 },
      { ...at, kind: "ctap.keepalive", status: "processing" },
      { ...at, kind: "ctap.keepalive", status: "up-needed" },
      { ...at, kind: "ctap.response", command: "getNextAssertion", status: "OK", bytes: 40 },
    ]);
  });
});

describe("aborting", () => {
  /** Answers once the signal aborts. */
  const onAbort =
    (response: Uint8Array): Reply =>
    (_, { signal }) =>
      new Promise((resolve) => signal?.addEventListener("abort", () => resolve(response)));

  test("rejects with the signal's reason once the device gave up", async () => {
    const { env, session } = await sessionWith([onAbort(CANCELLED)]);
    const abort = new AbortController();
    const pending = session.selection({ signal: abort.signal });
    const reason = new Error("the page went away");
    abort.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(eventsOf(env).map(({ kind }) => kind)).toEqual(["ctap.request", "ctap.cancel", "ctap.response"]);
  });

  test("still returns a success that was faster", async () => {
    const { session } = await sessionWith([onAbort(ok(encodeGetAssertionResponse(ASSERTION)))]);
    const abort = new AbortController();
    const pending = session.getNextAssertion({ signal: abort.signal });
    abort.abort();
    await expect(pending).resolves.toEqual(ASSERTION);
  });

  test("keeps a refusal that was faster", async () => {
    const { session } = await sessionWith([onAbort(Uint8Array.of(CtapStatus.OPERATION_DENIED))]);
    const abort = new AbortController();
    const pending = session.selection({ signal: abort.signal });
    abort.abort();
    await expect(pending).rejects.toMatchObject({ code: "CTAP_OPERATION_DENIED" });
  });

  test("a device that cancels by itself is a refusal", async () => {
    const { session } = await sessionWith([CANCELLED]);
    const { signal } = new AbortController();
    await expect(session.selection({ signal })).rejects.toMatchObject({ code: "CTAP_KEEPALIVE_CANCEL" });
  });

  test("sends nothing when the signal aborted before", async () => {
    const { env, device, session } = await sessionWith([ok()]);
    const reason = new Error("too late");
    await expect(session.selection({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(device.requests).toEqual([]);
    expect(eventsOf(env)).toEqual([]);
  });

  test("an abort after the answer cancels nothing", async () => {
    const { env, session } = await sessionWith([ok()]);
    const abort = new AbortController();
    await session.selection({ signal: abort.signal });
    abort.abort();
    expect(eventsOf(env).map(({ kind }) => kind)).toEqual(["ctap.request", "ctap.response"]);
  });
});

describe("the size limit", () => {
  const ofBytes = (total: number) => new Uint8Array(total - 1);

  test("a request of exactly maxMsgSize bytes goes out", async () => {
    const { session } = await sessionWith([ok()]);
    await expect(session.send(0x55, ofBytes(1200))).resolves.toEqual(new Uint8Array(0));
  });

  test("one byte more is refused before anything is sent", async () => {
    const { env, device, session } = await sessionWith([ok()]);
    await expect(session.send(0x55, ofBytes(1201))).rejects.toMatchObject({
      code: "MESSAGE_TOO_LARGE",
      status: CtapStatus.REQUEST_TOO_LARGE,
      aftermath: "none",
      hint: expect.any(String) as string,
    });
    expect(device.requests).toEqual([]);
    expect(eventsOf(env)).toEqual([]);
  });

  test("a key that names no limit takes 1024 bytes", async () => {
    const { maxMsgSize: _, ...unlimited } = INFO;
    const device = scriptedDevice([ok(encodeInfo(unlimited)), ok()]);
    const session = await openSession(virtualEnv("session"), device);
    await expect(session.send(0x55, ofBytes(1025))).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
    await expect(session.send(0x55, ofBytes(1024))).resolves.toBeDefined();
  });

  test("a phone that names no limit takes more", async () => {
    const { maxMsgSize: _, ...unlimited } = INFO;
    const { session } = await sessionWith([ok()], unlimited);
    await expect(session.send(0x55, ofBytes(5000))).resolves.toBeDefined();
  });

  test("refreshed info brings its own limit", async () => {
    const { session } = await sessionWith([ok(encodeInfo({ ...INFO, maxMsgSize: 2048 })), ok()]);
    await session.refreshInfo();
    await expect(session.send(0x55, ofBytes(2048))).resolves.toBeDefined();
  });
});

test("a device without an answer passes its own error on", async () => {
  const gone = new Error("unplugged");
  const { env, session } = await sessionWith([() => Promise.reject(gone)]);
  await expect(session.selection()).rejects.toBe(gone);
  expect(eventsOf(env).map(({ kind }) => kind)).toEqual(["ctap.request"]);
});

test("a body after a command that has none is ignored", async () => {
  const { session } = await sessionWith([ok(encodeCbor(new Map([[1, 2]])))]);
  await expect(session.reset()).resolves.toBeUndefined();
});
