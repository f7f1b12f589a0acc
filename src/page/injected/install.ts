import type { PageBinding, PageSettings, TurnReport } from "../protocol.js";
import { installCredentials } from "./credentials.js";
import { DocumentLink } from "./document-link.js";
import { Interfaces } from "./interfaces.js";
import { tellHttp } from "./http-teller.js";
import { Network } from "./network.js";
import { PageClock, watchTimers } from "./page-clock.js";
import { membersOf, type Realm } from "./realm.js";
import { installStatics } from "./statics.js";
import { watchWords } from "./words.js";

/** Stands on a window in which the script runs already: a second run does nothing. */
const MARK = Symbol.for("passkey-harness.page");

/** Random numbers of 32 bits in the name of a document. */
const NAME_WORDS = 3;

const INPUT_EVENTS = ["pointerdown", "keydown", "submit", "change"];

/**
 * Puts the harness into one window, before any script of the page runs.
 *
 * @param realm the window.
 * @param document name of the document, of no meaning but that no two share one.
 */
export function install(
  realm: Realm,
  settings: PageSettings,
  parts: { readonly binding: PageBinding; readonly document: string },
): void {
  const window = realm as unknown as Record<symbol, unknown>;
  if (window[MARK] === true) return;
  Object.defineProperty(realm, MARK, { value: true, configurable: true });
  const isVirtual = settings.time === "virtual";
  const realNowMs = nowOf(realm, settings);
  const yieldTask = taskYielder(realm);
  const clock = new PageClock(realm, (step, timer) => link.see({ do: "timer", step, ...timer }));
  const nowMs = () => (isVirtual ? clock.nowMs : realNowMs());
  const link = new DocumentLink(realm, { ...parts, nowMs, onTime: (atMs) => clock.passTo(atMs) });
  const network = new Network();
  // Before the calls are counted: one that is still to be told of is under way.
  if (settings.tellsHttp === true) tellHttp(realm, link);
  network.watch(realm);
  if (isVirtual) clock.install(settings.beganAtEpochMs);
  else watchTimers(realm, realNowMs, (step, timer) => link.see({ do: "timer", step, ...timer }));
  let words = 0;
  let watched: unknown;
  const watchDocument = () => {
    if (watched === realm.document) return;
    watched = realm.document;
    watchWords(realm, settings.shows, (seen) => {
      words += 1;
      link.see({ do: "saw", atMs: nowMs(), ...seen });
    });
  };
  watchDocument();
  // A popup's window is first that of a blank document, and then that of its own.
  for (const type of ["readystatechange", "DOMContentLoaded", "load"])
    realm.addEventListener(type, watchDocument, { capture: true });
  for (const type of INPUT_EVENTS) {
    realm.addEventListener(type, (event) => link.input(event as Event), { capture: true });
  }
  realm.addEventListener("focus", () => link.focus());
  realm.addEventListener("blur", () => link.focus());
  realm.addEventListener("pagehide", () => void link.tell({ do: "leave" }));
  // Browsers have no passkeys in insecure pages, and neither has the harness; the host says so.
  if (realm.isSecureContext !== false) {
    const interfaces = new Interfaces(realm);
    installCredentials(realm, interfaces, link);
    installStatics(realm, interfaces, link);
  }

  const report = (): TurnReport => {
    const { nextDueMs } = clock;
    return {
      nowMs: nowMs(),
      ...(isVirtual && nextDueMs !== undefined && { nextDueMs }),
      oneShots: clock.oneShots,
      openCalls: network.open,
      activity: clock.changes + network.changes + link.calls + words,
    };
  };
  /** Fires what is due, until the document does something that others may answer to. */
  const runTo = async (toMs: number) => {
    for (let dueMs = clock.nextDueMs; dueMs !== undefined && dueMs <= toMs; dueMs = clock.nextDueMs) {
      const before = link.calls + network.changes;
      clock.fireNext();
      await yieldTask();
      if (link.calls + network.changes !== before || network.open > 0) return;
    }
  };
  const takeTurns = async () => {
    const hello = await link.hello();
    const shiftMs = "nowMs" in hello && isVirtual ? hello.nowMs - clock.nowMs : 0;
    clock.startAt(clock.nowMs + shiftMs);
    link.startAt(shiftMs);
    for (;;) {
      const reply = await link.tell({ do: "turn", report: report() });
      if (!("turn" in reply)) return;
      if (reply.turn.do === "pass") clock.passTo(reply.turn.toMs);
      if (reply.turn.do === "run") await runTo(reply.turn.toMs);
      await yieldTask();
    }
  };
  // A binding that is gone has nobody behind it any more.
  takeTurns().catch(() => undefined);
}

function nowOf({ Date }: Realm, { beganAtEpochMs }: PageSettings): () => number {
  return () => Date.now() - beganAtEpochMs;
}

/** Resolves in a task of its own: by then what was queued before has run. Takes the window's own, before they change. */
function taskYielder(realm: Realm): () => Promise<void> {
  const { MessageChannel, setTimeout: arm } = realm;
  if (MessageChannel === undefined)
    return () => new Promise((resolve) => void Reflect.apply(arm, realm, [resolve, 0]));
  return () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      const onMessage = () => {
        port1.close();
        resolve();
      };
      port1.addEventListener("message", onMessage);
      port1.start();
      port2.postMessage(undefined);
    });
}

/** Takes the binding from the window, where no script of the page finds it, and installs. */
export function installFromWindow(realm: Realm, settings: PageSettings): void {
  const members = membersOf(realm);
  const binding = members[settings.binding];
  if (typeof binding !== "function") return;
  Reflect.deleteProperty(realm, settings.binding);
  install(realm, settings, { binding: binding as PageBinding, document: documentName(realm) });
}

/** Frames of a page are loaded within one millisecond: time alone would give two of them one name. */
function documentName({ crypto, performance }: Realm): string {
  const random = crypto?.getRandomValues(new Uint32Array(NAME_WORDS)) ?? [];
  return [performance.now(), ...random].map((part) => part.toString(36)).join("-");
}
