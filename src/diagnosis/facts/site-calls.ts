import type { TraceRecord } from "../../core/trace.js";

/** One call to the site. */
export interface SiteCall {
  readonly askedAtMs: number;
  answeredAtMs?: number;
  status?: number;
  code?: string;
  /** Tags of the credentials that options offered. */
  offered?: readonly string[];
  /** Every transport they were offered with. */
  transports?: readonly string[];
}

export type SiteCallRecord = Extract<TraceRecord, { readonly kind: "rp.request" | "rp.response" }>;

/** The lowest HTTP status that says a call failed. */
export const HTTP_ERROR_MIN = 400;

/** Splits `registration/finish` into what the call is for and its step. */
export function callParts({ call }: { readonly call: string }): {
  readonly about: string;
  readonly step: string;
} {
  const [about = "", step = ""] = call.split("/");
  return { about, step };
}

/** Adds what the site answered to the call it answered. */
export function answerCall(
  call: SiteCall,
  { atMs, status, code, credentials, transports }: SiteCallRecord & { readonly kind: "rp.response" },
): void {
  call.answeredAtMs = atMs;
  call.status = status;
  if (code !== undefined) call.code = code;
  if (credentials !== undefined) call.offered = credentials;
  if (transports !== undefined) call.transports = transports;
}
