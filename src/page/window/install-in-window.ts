import type { PageMessage, PageReply } from "../protocol.js";
import { PageRigError } from "../page-rig-error.js";
import { pageScript } from "../script.js";
import { listenersMadeBy } from "./saved-listeners.js";
import { SavedMembers } from "./saved-members.js";
import type { WatchDeps } from "./held-calls.js";
import { CallWatch } from "./watch-calls.js";
import { membersOf, type WindowLike } from "./window-like.js";

/** Name of the binding in the window, before the script takes it from there. */
const BINDING = "__passkeyHarness";

/** Interfaces whose members the script replaces, by the names they have in a window. */
const INTERFACES = [
  "Response",
  "XMLHttpRequest",
  "PublicKeyCredential",
  "CredentialsContainer",
  "Credential",
];

/** Members of a window that it may have without listing them. */
const UNLISTED = [...INTERFACES, "MutationObserver", "MessageChannel", "fetch"];

/** Windows in which passkeys are. */
const taken = new WeakSet<object>();

export interface InstalledWindow {
  readonly calls: CallWatch;
  readonly uninstall: () => void;
}

/**
 * Puts the harness into a window of this process: the same script that runs in browsers.
 *
 * @returns what watches its calls, and what takes the harness out again.
 */
export function installInWindow(window: WindowLike, deps: WatchDeps): InstalledWindow {
  const members = membersOf(window);
  if (taken.has(window)) {
    throw new PageRigError("WINDOW_TAKEN", "other passkeys are in this window", {
      hint: "a window has the passkeys of one test at a time: close() the others first",
    });
  }
  taken.add(window);
  let isOver = false;
  const saved = new SavedMembers([window, ...reached(window)], UNLISTED);
  const documents = new Set<string>();
  const calls = new CallWatch(window, deps);
  members[BINDING] = (message: PageMessage): Promise<PageReply> => {
    // What is left of the script in a window that lives on gets no answer any more.
    if (isOver) return new Promise(() => {});
    documents.add(message.document);
    return deps.rig.answer(message);
  };
  // jsdom knows of a focus only where an element has it; a window without a screen has it always.
  Object.defineProperty(window.document, "hasFocus", { value: () => true, configurable: true });
  // happy-dom has none, and says null.
  if (membersOf(window.navigator)["credentials"] === null)
    Object.defineProperty(window.navigator, "credentials", { value: undefined, configurable: true });
  giveOwnPerformance(window);
  const hasChannel = "MessageChannel" in members;
  if (!hasChannel) members["MessageChannel"] = MessageChannel;
  const evaluate = window.eval ?? globalThis.eval;
  const removeListeners = listenersMadeBy(window, () => {
    Reflect.apply(evaluate, window, [pageScript(deps.rig.settings(BINDING))]);
  });
  if (!hasChannel) Reflect.deleteProperty(window, "MessageChannel");
  calls.keepFetch();
  saved.takeChanges();
  return {
    calls,
    uninstall() {
      isOver = true;
      taken.delete(window);
      removeListeners();
      for (const document of documents) deps.rig.leave(document);
      Reflect.deleteProperty(window.document, "hasFocus");
      calls.release();
      saved.restore();
    },
  };
}

/** happy-dom hands out Node's own, whose clock is not the window's to lead. */
function giveOwnPerformance(window: WindowLike): void {
  const isForeign = window.performance === globalThis.performance && (window as unknown) !== globalThis;
  if (!isForeign) return;
  const { performance } = globalThis;
  const own = Object.fromEntries(
    ["now", "mark", "measure", "getEntriesByName", "getEntriesByType", "clearMarks", "clearMeasures"].map(
      (name) => [name, (performance[name as "now"] as () => unknown).bind(performance)],
    ),
  );
  Object.defineProperty(window, "performance", {
    value: { ...own, timeOrigin: performance.timeOrigin },
    configurable: true,
  });
}

function reached(window: WindowLike): readonly unknown[] {
  const members = membersOf(window);
  const prototypes = INTERFACES.map(
    (name) => (members[name] as { readonly prototype?: object } | undefined)?.prototype,
  );
  const { prototype: date } = members["Date"] as DateConstructor;
  return [
    window.navigator,
    window.performance,
    members["AbortSignal"],
    date,
    members["PublicKeyCredential"],
    ...prototypes,
  ];
}
