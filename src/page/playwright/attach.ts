import type { BrowserContext, Frame, Page, Request } from "@playwright/test";
import { PageRigError } from "../page-rig-error.js";
import type { HttpMessage, PageMessage } from "../protocol.js";
import type { PageRig } from "../rig.js";
import { pageScript } from "../script.js";
import { ToldHttp } from "../told-http.js";
import { DocumentsOfFrames } from "./documents-of-frames.js";
import { TIMERS_MARK } from "./check-timers.js";

/** Name of the binding in the page, before the script takes it from there. */
const BINDING = "__passkeyHarness";

/** Kinds of requests that end when their page does: nothing waits for them. */
const ENDLESS = ["eventsource", "websocket", "media", "ping"];
/** Kinds of requests that scripts make for a ceremony. */
const CALLS = ["fetch", "xhr", "document"];
const BLANK = ["about:blank", ""];

/**
 * Connects every document of a browser context, popups and frames included, to a rig. Before its first page opens.
 *
 * @throws {PageRigError} `PAGE_BEFORE_HARNESS` where a page was loaded already.
 */
export async function attach(context: BrowserContext, rig: PageRig): Promise<void> {
  const loaded = context.pages().find((page) => !BLANK.includes(page.url()));
  if (loaded !== undefined) {
    throw new PageRigError("PAGE_BEFORE_HARNESS", `${loaded.url()} was loaded before the harness was there`, {
      hint: "open pages after the passkeys fixture, or after passkeys.attach(context)",
    });
  }
  const told = new ToldHttp(rig.http);
  const documents = new DocumentsOfFrames((document) => {
    told.leave(document);
    rig.leave(document);
  });
  await context.exposeBinding(BINDING, ({ frame }, message: PageMessage | HttpMessage) => {
    if (message.do === "http") return told.take(message);
    if (message.do === "hello") documents.entered(frame, message.document);
    if (message.do === "leave") told.leave(message.document);
    return rig.answer(message);
  });
  // In real time the browser's word of an answer may come after what the page makes of it: the page tells it itself.
  const tellsHttp = !rig.isVirtual;
  await context.addInitScript(pageScript({ ...rig.settings(BINDING), tellsHttp }));
  if (rig.isVirtual) await context.addInitScript(TIMERS_MARK);
  context.on("page", (page) => watchLeaving(page, documents));
  for (const page of context.pages()) watchLeaving(page, documents);
  if (!tellsHttp) watchRequests(context, rig);
}

function watchRequests(context: BrowserContext, rig: PageRig): void {
  context.on("request", (request) => {
    if (ENDLESS.includes(request.resourceType())) return;
    rig.http.started(request, {
      method: request.method(),
      url: request.url(),
      requestBody: request.postData() ?? undefined,
    });
  });
  context.on("requestfinished", (request) => void finished(rig, request));
  context.on("requestfailed", (request) => rig.http.ended(request, {}));
}

/** A page that is closed, crashes or loses a frame says nothing any more. */
function watchLeaving(page: Page, documents: DocumentsOfFrames): void {
  const leave = () => documents.leftAll((frame) => frame.page() === page);
  page.on("close", leave);
  page.on("crash", leave);
  page.on("framedetached", (frame: Frame) => documents.left(frame));
}

async function finished(rig: PageRig, request: Request): Promise<void> {
  const response = await request.response().catch(() => null);
  const wanted = response !== null && CALLS.includes(request.resourceType());
  const responseBody = wanted ? await response.text().catch(() => "") : "";
  rig.http.ended(request, {
    status: response?.status(),
    responseBody,
    ...(!rig.isVirtual && endOf(request)),
  });
}

/** In real time a driver tells of an answer when the page has gone on with it. */
function endOf(request: Request): { readonly atEpochMs?: number } {
  const { startTime, responseEnd } = request.timing();
  return responseEnd < 0 ? {} : { atEpochMs: Math.floor(startTime + responseEnd) };
}
