import type { IncomingMessage, ServerResponse } from "node:http";
import { pageScript } from "../page/script.js";
import type { HttpMessage, PageMessage, PageReply } from "../page/protocol.js";
import { isSameSecret } from "../loopback/guard.js";
import { json, parseJson, readBody, send } from "../loopback/http-messages.js";
import type { HostedRig, Rigs } from "./rigs.js";
import { ServeError } from "../loopback/serve-error.js";

/** Name of the binding in the page, before the script takes it from there. */
const BINDING = "__passkeyHarness";
const BLOCKED =
  "passkey-harness: the page cannot ask the control server; its policy (CSP connect-src) or the browser's local network access forbids it";
const MESSAGE_BYTES_MAX = 1_000_000;

const MESSAGES: readonly (PageMessage | HttpMessage)["do"][] = [
  "http",
  "hello",
  "call",
  "abort",
  "ask",
  "signal",
  "focus",
  "input",
  "saw",
  "timer",
  "turn",
  "leave",
];

/** Where the pages of a rig ask. */
export function pageUrl(base: string, { id, pageKey }: HostedRig): string {
  return `${base}/pages/${id}/${pageKey}`;
}

/**
 * Writes the script for the documents of a rig: the binding asks this server, and the rest is what every driver injects.
 * It takes the window's own fetch before a page, or the harness, can replace it.
 */
export function scriptFor(base: string, hosted: HostedRig): string {
  const url = JSON.stringify(pageUrl(base, hosted));
  const blocked = JSON.stringify(BLOCKED);
  // A page whose policy keeps it from asking is told so, in the rejection that its test shows.
  const refuse = `if(message.do!=="call")throw error;return{fault:{name:"NotAllowedError",message:${blocked}},atMs:message.atMs};`;
  const send = `{method:"POST",body:JSON.stringify(message),credentials:"omit",keepalive:message.do==="leave"}`;
  const binding = `const ask=window.fetch,read=Response.prototype.json;window.${BINDING}=async(message)=>{try{return await read.call(await ask.call(window,${url},${send}));}catch(error){${refuse}}};`;
  return `(()=>{if(typeof window.fetch!=="function")return;${binding}})();${pageScript({ ...hosted.rig.settings(BINDING), tellsHttp: true })}`;
}

/** Answers a document: `/pages/RIG/KEY` its messages, `/pages/RIG/KEY/script.js` the script itself. */
export async function answerPage(
  rigs: Rigs,
  base: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const [, , id = "", key = "", file] = (request.url ?? "").split("/");
  // Sites under test are at origins of their own; the key in the address is what lets a page in, and errors are read too.
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-private-network", "true");
  const hosted = rigs.get(id);
  if (!isSameSecret(key, hosted.pageKey)) {
    throw new ServeError("SERVE_TOKEN", "the rig has another key for pages", {
      hint: "the member page of a rig is its whole address",
    });
  }
  if (request.method === "OPTIONS") return send(response, { status: 204, text: "" });
  if (request.method === "GET" && file === "script.js") {
    return send(response, { type: "text/javascript; charset=utf-8", text: scriptFor(base, hosted) });
  }
  if (request.method !== "POST" || file !== undefined)
    throw new ServeError("SERVE_NOT_FOUND", "pages post messages here");
  const message = messageFrom(parseJson(await readBody(request, MESSAGE_BYTES_MAX)), request.headers.origin);
  const reply = await answered(hosted, message, response);
  send(response, json(reply));
}

async function answered(
  { rig, isClosed, waiting, told }: HostedRig,
  message: PageMessage | HttpMessage,
  response: ServerResponse,
): Promise<PageReply> {
  if (isClosed) return ended(message);
  if (message.do === "http") {
    told.take(message);
    return { nowMs: rig.nowMs };
  }
  if (message.do === "leave") told.leave(message.document);
  const leave = () => {
    // A document whose connection breaks while it waits for its turn is gone.
    if (response.writableFinished) return;
    told.leave(message.document);
    void rig.answer({ do: "leave", document: message.document });
  };
  if (message.do === "turn") response.once("close", leave);
  return new Promise((resolve, reject) => {
    // A rig that is closed answers nobody any more, and leaves nobody waiting.
    const end = () => resolve(ended(message));
    waiting.add(end);
    void rig
      .answer(message)
      .then(resolve, reject)
      .finally(() => waiting.delete(end));
  });
}

/** What a page gets when its rig has ended: nobody answers its requests any more. */
function ended(message: PageMessage | HttpMessage): PageReply {
  if (message.do !== "call") return { nowMs: 0 };
  return {
    fault: { name: "NotAllowedError", message: "passkey-harness: the rig has ended" },
    atMs: message.atMs,
  };
}

/** Nothing of a message is certain but its kind. */
function originOf(facts: unknown): unknown {
  return typeof facts === "object" && facts !== null && "origin" in facts ? facts.origin : undefined;
}

/** @throws {ServeError} `SERVE_BODY`, `SERVE_ORIGIN`. */
function messageFrom(value: unknown, origin: string | undefined): PageMessage | HttpMessage {
  const message = value as Partial<PageMessage | HttpMessage> | null;
  const isMessage =
    typeof message === "object" &&
    message !== null &&
    typeof message.document === "string" &&
    MESSAGES.includes(message.do as PageMessage["do"]);
  if (!isMessage) throw new ServeError("SERVE_BODY", "this is no message of a page");
  const stated = "facts" in message ? originOf(message.facts) : undefined;
  if (stated !== undefined && origin !== undefined && stated !== origin) {
    throw new ServeError("SERVE_ORIGIN", "the page states another origin than its browser does");
  }
  return message as PageMessage | HttpMessage;
}
