import type { BrowserContext, Request } from "@playwright/test";
import type { PageMessage } from "../protocol.js";
import type { PageRig } from "../rig.js";
import { pageScript } from "../script.js";
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
  await context.exposeBinding(BINDING, async ({ frame }, message: PageMessage) => {
    await departures.heard(frame, message);
    return rig.answer(message);
  });
  await context.addInitScript(pageScript(rig.settings(BINDING)));
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
