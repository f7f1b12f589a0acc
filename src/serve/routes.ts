import { shape } from "../core/shape.js";
import { toBase64url } from "../core/bytes.js";
import type { PageStory } from "../page/rig.js";
import { toHtml } from "../scenarios/reports/html.js";
import { runOfTrace } from "../scenarios/reports/run-of-trace.js";
import { KNOBS, readBodyAs } from "./body-shapes.js";
import { json, type Answer } from "../loopback/http-messages.js";
import { pageUrl, scriptFor } from "./page-endpoint.js";
import type { HostedRig, Rigs } from "./rigs.js";

/** What a route works with. */
export interface RouteContext {
  readonly rigs: Rigs;
  /** Address of the server, without a slash at its end. */
  readonly base: string;
  /** The rig that the path names. */
  readonly id: string;
  readonly body: unknown;
}

/** One thing that the server does for a suite. */
export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With `{id}` for a rig. */
  readonly path: string;
  /** Name of the operation in the description. */
  readonly name: string;
  readonly summary: string;
  /** JSON Schema of the body, where there is one. */
  readonly body?: object;
  /** Type of the answer; JSON when absent. */
  readonly gives?: string;
  readonly answer: (context: RouteContext) => Promise<Answer> | Answer;
}

const KNOBS_SCHEMA = {
  type: "object",
  additionalProperties: { type: ["string", "number", "boolean", "null"] },
  description:
    'Settings by name, such as "key.touchDelayMs": 98000; null is never. docs/knobs.md lists them.',
};

const RIG = shape.object(
  {},
  {
    time: shape.oneOf(["virtual", "real"]),
    seed: shape.text,
    knobs: KNOBS,
    autofill: shape.oneOf(["ignored", "picked"]),
    title: shape.text,
    networkPatienceMs: shape.between({ min: 1, max: 600_000 }),
  },
);
const RIG_SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    time: {
      enum: ["virtual", "real"],
      description: "virtual (the default): minutes pass in no time, led by settled and advance",
    },
    seed: { type: "string" },
    knobs: KNOBS_SCHEMA,
    autofill: {
      enum: ["ignored", "picked"],
      description: "what the user does about a request in the autofill of a field",
    },
    title: { type: "string" },
    networkPatienceMs: { type: "integer", minimum: 1, maximum: 600_000 },
  },
};

const ADVANCE = shape.object({ durationMs: shape.between({ min: 0, max: 86_400_000 }) }, {});

/** Everything a suite can ask for; the description of the interface is made from it. */
export const ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/rigs",
    name: "createRig",
    summary:
      "Makes a rig: authenticators, their user and a browser client, for the pages that run its script",
    body: RIG_SCHEMA,
    answer: ({ rigs, base, body }) => json(rigJson(base, rigs.open(readBodyAs(RIG, body, "rig"))), 201),
  },
  {
    method: "GET",
    path: "/rigs",
    name: "listRigs",
    summary: "Lists the rigs",
    answer: ({ rigs, base }) => json({ rigs: rigs.all.map((hosted) => rigJson(base, hosted)) }),
  },
  {
    method: "DELETE",
    path: "/rigs/{id}",
    name: "deleteRig",
    summary: "Ends a rig and forgets its trace",
    answer: ({ rigs, id }) => {
      rigs.delete(id);
      return json({ ok: true });
    },
  },
  {
    method: "PATCH",
    path: "/rigs/{id}/knobs",
    name: "setKnobs",
    summary: "Sets knobs for whatever happens next",
    body: KNOBS_SCHEMA,
    answer: ({ rigs, id, body }) => {
      rigs.get(id).rig.set(readBodyAs(KNOBS, body, "knobs"));
      return json({ ok: true });
    },
  },
  {
    method: "GET",
    path: "/rigs/{id}/script",
    name: "getScript",
    summary:
      "Gives the script that is to run in every document before the page's own (Page.addScriptToEvaluateOnNewDocument)",
    gives: "text/javascript",
    answer: ({ rigs, base, id }) => ({
      type: "text/javascript; charset=utf-8",
      text: scriptFor(base, rigs.get(id)),
    }),
  },
  {
    method: "POST",
    path: "/rigs/{id}/settled",
    name: "settled",
    summary: "Lets time pass until the page is at rest, and gives the verdict",
    answer: async ({ rigs, id }) => json(storyJson(await rigs.get(id).rig.settled())),
  },
  {
    method: "POST",
    path: "/rigs/{id}/advance",
    name: "advance",
    summary: "Lets time pass, with everything that is due in it, and gives the verdict so far",
    body: {
      type: "object",
      additionalProperties: false,
      required: ["durationMs"],
      properties: { durationMs: { type: "integer", minimum: 0, maximum: 86_400_000 } },
    },
    answer: async ({ rigs, id, body }) =>
      json(storyJson(await rigs.get(id).rig.advance(readBodyAs(ADVANCE, body, "advance").durationMs))),
  },
  {
    method: "GET",
    path: "/rigs/{id}/verdict",
    name: "getVerdict",
    summary: "Gives the verdict so far",
    answer: ({ rigs, id }) => json(storyJson(rigs.get(id).rig.story())),
  },
  {
    method: "GET",
    path: "/rigs/{id}/trace",
    name: "getTrace",
    summary: "Gives the trace so far, a JSON record a line (docs/trace-schema.json)",
    gives: "application/x-ndjson",
    answer: ({ rigs, id }) => ({
      type: "application/x-ndjson; charset=utf-8",
      text: rigs
        .get(id)
        .rig.story()
        .records.map((record) => `${JSON.stringify(record)}\n`)
        .join(""),
    }),
  },
  {
    method: "GET",
    path: "/rigs/{id}/report.html",
    name: "getReport",
    summary: "Gives the run as one page with its timeline",
    gives: "text/html",
    answer: ({ rigs, id }) => ({
      type: "text/html; charset=utf-8",
      text: toHtml(runOfTrace(rigs.get(id).rig.story().records)),
    }),
  },
  {
    method: "GET",
    path: "/rigs/{id}/credentials",
    name: "listCredentials",
    summary: "Lists the passkeys on the authenticator at hand, without their keys",
    answer: ({ rigs, id }) =>
      json({
        credentials: rigs.get(id).rig.world.store.credentials.map((one) => ({
          id: toBase64url(one.id),
          rpId: one.rpId,
          userHandle: toBase64url(one.userId),
          userName: one.userName,
          isDiscoverable: one.discoverable,
          signCount: one.signCount,
        })),
      }),
  },
];

function rigJson(base: string, hosted: HostedRig) {
  const { id, rig, isClosed, session } = hosted;
  return {
    id,
    isClosed,
    time: rig.isVirtual ? "virtual" : "real",
    nowMs: rig.nowMs,
    ...(session !== undefined && { session }),
    page: pageUrl(base, hosted),
    script: `${pageUrl(base, hosted)}/script.js`,
  };
}

function storyJson({ explanation }: PageStory) {
  return { explanation };
}
