import type { Trace } from "../../core/trace.js";
import type { EventsByKind } from "../../core/events/table.js";
import type { Knobs } from "../knobs/knobs.js";

type Feature = EventsByKind["page.unsupported"]["feature"];

/** What a page says that looks for what it needs; of JavaScript its `noscript` element does. */
const TEXTS: Readonly<Record<Feature, string>> = {
  javascript: "Please switch JavaScript on.",
  webauthn: "This browser does not support passkeys.",
  cookies: "Please allow cookies for this site.",
};

/** What a page without something that it needs comes to: what the user reads, or that nothing happens. */
export interface Unsupported {
  readonly shown: "failure" | "nothing";
}

/** Finds what the browser lacks: before the ceremony where the page looks, otherwise where its script fails. */
export class PageSupport {
  readonly #knobs: () => Knobs;

  constructor(knobs: () => Knobs) {
    this.#knobs = knobs;
  }

  /** Ends a ceremony at the press of the button; `undefined` where the page goes on. */
  atStart(trace: Trace): Unsupported | undefined {
    const feature = this.#missingAtStart;
    if (feature === undefined) return undefined;
    trace.emit({ kind: "page.unsupported", feature });
    if (!this.#knobs().page.checksBrowser) return { shown: "nothing" };
    trace.emit({ kind: "user.saw", where: "page", text: TEXTS[feature], tone: "failure" });
    return { shown: "failure" };
  }

  /** Whether `navigator.credentials` is there when the page calls it; a script without it throws. */
  atCall(trace: Trace): boolean {
    const { webauthn } = this.#knobs().client;
    if (!webauthn) {
      trace.emit({ kind: "page.unsupported", feature: "webauthn" });
      trace.emit({ kind: "page.threw" });
    }
    return webauthn;
  }

  get #missingAtStart(): Feature | undefined {
    const { client, page, rp } = this.#knobs();
    if (!client.javascript) return "javascript";
    if (!page.checksBrowser) return undefined;
    if (!client.webauthn) return "webauthn";
    return !client.cookies && rp.sessionIn === "cookie" ? "cookies" : undefined;
  }
}
