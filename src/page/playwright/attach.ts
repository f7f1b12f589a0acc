import type { BrowserContext, Request } from "@playwright/test";
import type { HttpMessage, PageMessage } from "../protocol.js";
import type { PageRig } from "../rig.js";
import { pageScript } from "../script.js";
import { ToldHttp } from "../told-http.js";
import { Departures } from "./departures.js";

/** Name of the binding in the page, before the script takes it from there. */
const BINDING = "__passkeyHarness";

/** Kinds of requests that end when their page does: nothing waits for them. */
const ENDLESS = ["eventsource", "websocket", "media", "ping"];
/** Kinds of requests that scripts make for a ceremony. */
const CALLS = ["fetch", "xhr", "document"];

/** Connects every document of a browser context, popups and frames included, to a rig. Before its first page opens. */
export async function attach(context: BrowserContext, rig: PageRig): Promise<void> {
  const departures = new Departures(context, rig);
  const told = new ToldHttp(rig.http);
  await context.exposeBinding(BINDING, async ({ frame }, message: PageMessage | HttpMessage) => {
    if (message.do === "http") return told.take(message);
    await departures.heard(frame, message);
    if (message.do === "leave") told.leave(message.document);
    return rig.answer(message);
  });
  // In real time the browser's word of an answer may come after what the page makes of it: the page tells it itself.
  const tellsHttp = !rig.isVirtual;
  await context.addInitScript(pageScript({ ...rig.settings(BINDING), tellsHttp }));
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

async function finished(rig: PageRig, request: Request): Promise<void> {
  const response = await request.response().catch(() => null);
  const wanted = response !== null && CALLS.includes(request.resourceType());
  const responseBody = wanted ? await response.text().catch(() => "") : "";
  rig.http.ended(request, { status: response?.status(), responseBody });
}
