import type { IncomingMessage, ServerResponse } from "node:http";
import { isHarnessError, type HarnessError } from "../core/errors.js";
import { ServeError } from "./serve-error.js";

/** What a route answers with. */
export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly text: string;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** @throws {ServeError} `SERVE_TOO_LARGE` as soon as more than `bytesMax` have come in. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > bytesMax) {
      throw new ServeError("SERVE_TOO_LARGE", `the body has more than ${bytesMax} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @returns what the body says; an empty object where there is none. @throws {ServeError} `SERVE_BODY`. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    throw new ServeError("SERVE_BODY", "the body is not JSON");
  }
}

export function json(value: unknown, status = 200): Answer {
  return { status, type: JSON_TYPE, text: JSON.stringify(value) };
}

export function send(response: ServerResponse, { status = 200, type = JSON_TYPE, text }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

/** Answers with an error of this library; of anything else the caller learns nothing but that it happened. */
export function sendError(response: ServerResponse, error: unknown): void {
  send(response, json({ ok: false, error: reportOf(error) }, statusOf(error)));
}

export function statusOf(error: unknown): number {
  if (error instanceof ServeError) return error.status;
  return isHarnessError(error) ? 422 : 500;
}

function reportOf(error: unknown): ReturnType<HarnessError["toJSON"]> {
  if (isHarnessError(error)) return error.toJSON();
  const detail = { aftermath: "unknown", hint: "the server's own output has the error" } as const;
  return new ServeError("SERVE_INTERNAL", "the control server failed", detail).toJSON();
}
