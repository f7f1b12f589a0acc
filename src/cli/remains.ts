import type { TraceRecord } from "../entry/diagnosis.js";
import { type HarnessError, type LeftBehind, withAftermath } from "../index.js";

type Method = "create" | "get";

const COMMAND = { create: "makeCredential", get: "getAssertion" } as const;

/** What it means that the command of a method was carried out. */
const CARRIED_OUT: Readonly<Record<string, string>> = {
  makeCredential: "the device holds a new passkey, and the page never received it",
  getAssertion: "the device signed, and the page never received the signature",
};

/** Says in a line what a failed ceremony left on the device. */
export function describeRemains({ aftermath, carriedOut }: LeftBehind, method: Method): string {
  if (aftermath === "none") return "nothing was left behind on the device";
  if (carriedOut !== undefined) {
    return (
      CARRIED_OUT[carriedOut] ?? `the device carried out ${carriedOut}, and the page never learned of it`
    );
  }
  const effect = method === "create" ? "a passkey may be on it" : "it may have signed";
  return `the device may still have acted on the request: ${effect}`;
}

/** Says in a line what remains where the page received its answer and the site refused it. */
export function describeRefusedBySite(method: Method): string {
  return method === "create"
    ? "the device holds a new passkey, and the site keeps no record of it"
    : "the device signed, and nobody is signed in";
}

/**
 * Restates the error of a page that gave up with what the authenticator answered afterwards.
 *
 * @param records of the ceremony, until its device was closed.
 */
export function afterLateAnswer(
  error: HarnessError,
  records: readonly TraceRecord[],
  method: Method,
): HarnessError {
  const settledAt = records.findLastIndex(({ kind }) => kind === "page.settled");
  if (error.aftermath === "none" || error.carriedOut !== undefined || settledAt < 0) return error;
  const command = COMMAND[method];
  const since = records.findLastIndex(({ kind }) => kind === "page.called");
  const requests = records
    .slice(since)
    .filter((record) => record.kind === "ctap.request" && record.command === command);
  const answers = records.slice(since).filter((record) => isAnswerTo(command, record));
  const late = records.slice(settledAt).filter((record) => isAnswerTo(command, record));
  if (late.some(({ status }) => status === "OK")) {
    return withAftermath(error, { aftermath: "unknown", carriedOut: command });
  }
  const refused = requests.every(({ span }) =>
    answers.some((answer) => answer.span === span && answer.status !== "OK"),
  );
  return late.length > 0 && refused ? withAftermath(error, { aftermath: "none" }) : error;
}

type Answer = Extract<TraceRecord, { readonly kind: "ctap.response" | "ctap.discarded" }>;

function isAnswerTo(command: string, record: TraceRecord): record is Answer {
  return (record.kind === "ctap.response" || record.kind === "ctap.discarded") && record.command === command;
}
