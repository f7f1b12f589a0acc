import {
  callsOf,
  Challenges,
  clientDataOf,
  cut,
  hashed,
  idOf,
  ORIGIN,
  RP_ID,
  START_MS,
  WAY_MS,
  type LogWriter,
  type TracedCall,
} from "./world.js";
import type { TraceRecord } from "../../../src/core/trace.js";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";

/** The network panel of the computer's browser. */
export const harWriter: LogWriter = {
  name: "har",
  write(records, how) {
    const challenges = new Challenges();
    // A browser that ends takes along what it waits for.
    const endedMs = records.find(({ kind }) => kind === "page.closed")?.atMs ?? Infinity;
    const calls = callsOf(records).filter(
      (call) => call.page === "page" && (endOf(call, records) <= endedMs || call.askedMs > endedMs),
    );
    if (calls.length === 0) return undefined;
    const entries = calls.map((call) => {
      const startMs = cut(Math.max(0, call.askedMs - WAY_MS), how);
      const endMs = endOf(call, records);
      const challenge =
        call.step === "options" ? challenges.next(call.ceremony) : challenges.of(call.ceremony);
      const status =
        call.failedMs === undefined && call.noAnswer === undefined ? (call.answer?.status ?? 0) : 0;
      const error =
        call.noAnswer?.aftermath === "none"
          ? "net::ERR_CONNECTION_REFUSED"
          : status === 0
            ? "net::ERR_ABORTED"
            : undefined;
      return {
        startedDateTime: new Date(startMs).toISOString(),
        time: Math.max(0, cut(endMs, how) - startMs),
        request: {
          method: "POST",
          url: `${ORIGIN}/webauthn/${call.about}/${call.step}`,
          headers: [
            { name: "user-agent", value: how.userAgent ?? CHROME },
            { name: "origin", value: ORIGIN },
            { name: "cookie", value: "session=c0ffee-secret-cookie" },
          ],
          ...(call.step === "finish" && {
            postData: { text: JSON.stringify(answerOf(call, challenge, records)) },
          }),
        },
        response: {
          status,
          headers: [
            { name: "date", value: new Date(START_MS + (call.answeredMs ?? call.askedMs)).toUTCString() },
            { name: "x-request-id", value: requestIdOf(call) },
          ],
          content: { text: status === 0 ? "" : JSON.stringify(bodyOf(call, challenge, records)) },
        },
        timings: { send: 1, wait: 1, receive: 1 },
        ...(error !== undefined && { _error: error }),
      };
    });
    const idle = {
      startedDateTime: new Date(cut(records.at(-1)?.atMs ?? 0, how)).toISOString(),
      time: 1,
      request: { method: "GET", url: `${ORIGIN}/logo.png`, headers: [] },
      response: { status: 200, headers: [], content: {} },
    };
    return JSON.stringify({
      log: {
        version: "1.2",
        creator: { name: "WebInspector", version: "537.36" },
        pages: [],
        entries: [...entries, idle],
      },
    });
  },
};

export const requestIdOf = ({ ceremony, about, step, askedMs }: TracedCall) =>
  hashed(`request ${ceremony} ${about} ${step} ${askedMs}`).toString("hex").slice(0, 32);

function endOf(call: TracedCall, records: readonly TraceRecord[]): number {
  if (call.failedMs !== undefined) return call.failedMs;
  if (call.noAnswer !== undefined) return call.noAnswer.atMs;
  return call.answeredMs === undefined ? (records.at(-1)?.atMs ?? 0) : call.answeredMs + WAY_MS;
}

function bodyOf(
  { about, step, ceremony, answer }: TracedCall,
  challenge: Buffer,
  records: readonly TraceRecord[],
): unknown {
  if (answer === undefined) return {};
  if (answer.code !== undefined)
    return { error: { code: answer.code, message: "Dear Erika Mustermann, no." } };
  if (answer.status >= 400 || step !== "options") return { ok: answer.status < 400 };
  const called = records.find((record) => record.kind === "page.called" && record.ceremony === ceremony);
  const timeout = called?.kind === "page.called" ? called.timeoutMs : undefined;
  const common = {
    challenge: challenge.toString("base64url"),
    ...(timeout !== undefined && Number.isFinite(timeout) && { timeout }),
  };
  if (about === "registration")
    return {
      ...common,
      rp: { id: RP_ID, name: "Shop" },
      user: { id: "ZXJpa2E", name: "erika@shop.example", displayName: "Erika Mustermann" },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    };
  return {
    ...common,
    rpId: RP_ID,
    allowCredentials: (answer.credentials ?? []).map((tag) => ({
      type: "public-key",
      id: idOf(tag).toString("base64url"),
      ...(answer.transports !== undefined && { transports: answer.transports }),
    })),
    userVerification: "preferred",
  };
}

function answerOf(
  { about, ceremony, askedMs }: TracedCall,
  challenge: Buffer,
  records: readonly TraceRecord[],
): unknown {
  const settled = records.findLast(
    (record) => record.kind === "page.settled" && record.ceremony === ceremony && record.atMs <= askedMs,
  );
  const tag = settled?.kind === "page.settled" ? (settled.credential ?? "none") : "none";
  const id = idOf(tag).toString("base64url");
  const clientDataJSON = clientDataOf(about, challenge).toString("base64url");
  const response =
    about === "registration"
      ? { clientDataJSON, attestationObject: "o2NmbXRkbm9uZQ" }
      : {
          clientDataJSON,
          authenticatorData: "SZYN5YgOjGh0NBcP",
          signature: "MEUCIQDsecret",
          userHandle: "ZXJpa2E",
        };
  return { id, rawId: id, type: "public-key", response, clientExtensionResults: {} };
}
