import type { PageSettings } from "../protocol.js";
import type { Mutation, PageNode, Realm } from "./realm.js";

const TEXT_MAX = 200;
const ELEMENT_NODE = 1;
/** Where a page that was loaded anew may tell how something ended. */
const TELLING = "[role=alert],[role=status],[aria-live],h1,h2";

export interface SeenWords {
  readonly tone: "failure" | "success";
  readonly text: string;
}

/**
 * Watches what a document tells its user, and reports texts that speak of a failure or of a success; of other texts
 * nothing leaves the document.
 */
export function watchWords(
  realm: Realm,
  shows: PageSettings["shows"],
  onWords: (words: SeenWords) => void,
): void {
  const failure = new RegExp(shows.failure.source, shows.failure.flags);
  const success = new RegExp(shows.success.source, shows.success.flags);
  // Only the line that speaks of it leaves the document: what stands around it may be anything.
  const judge = (text: string, told: Set<string>) => {
    for (const line of text.split("\n")) {
      const shown = line.trim().replaceAll(/\s+/g, " ");
      if (shown === "" || told.has(shown)) continue;
      const tone = failure.test(shown) ? "failure" : success.test(shown) ? "success" : undefined;
      if (tone === undefined) continue;
      told.add(shown);
      onWords({ tone, text: shown.slice(0, TEXT_MAX) });
    }
  };
  /** Lines that stand there already, which a change of attributes does not make new. */
  let standing = new Set<string>();
  const { document } = realm;
  document.addEventListener("DOMContentLoaded", () => {
    for (const node of Array.from(document.querySelectorAll(TELLING)))
      if (isVisible(node)) judge(textOf(node), standing);
  });
  if (realm.MutationObserver === undefined) return;
  const observer = new realm.MutationObserver((changes) => {
    if (document.readyState === "loading") return;
    const fresh = new Set<string>();
    for (const node of new Set(changes.filter(({ type }) => type !== "attributes").flatMap(changedBy)))
      if (isVisible(node)) judge(textOf(node), fresh);
    if (fresh.size > 0) standing = fresh;
    for (const node of new Set(changes.filter(({ type }) => type === "attributes").flatMap(changedBy)))
      if (isVisible(node)) judge(textOf(node), standing);
  });
  observer.observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["hidden", "class", "style", "open", "aria-hidden"],
  });
}

/** The nodes whose text is new: what was added, the parent of changed text, what an attribute may have revealed. */
function changedBy({ type, target, addedNodes }: Mutation): readonly PageNode[] {
  if (type === "childList") return Array.from(addedNodes);
  if (type === "characterData") return target.parentElement === null ? [] : [target.parentElement];
  return [target];
}

function isVisible(node: PageNode): boolean {
  const element = node.nodeType === ELEMENT_NODE ? node : node.parentElement;
  return element !== null && (element.checkVisibility?.() ?? true);
}

function textOf(node: PageNode): string {
  return node.innerText ?? node.textContent ?? "";
}
