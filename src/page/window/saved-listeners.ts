import { membersOf, type WindowLike } from "./window-like.js";

type Listen = (type: string, listener: unknown, options?: unknown) => void;

interface Listening {
  addEventListener: Listen;
  readonly removeEventListener: Listen;
}

interface Observer {
  readonly disconnect: () => void;
}

/**
 * Notes the listeners and observers that are made while `work` runs, in a window and its document.
 *
 * @returns what takes them away again.
 */
export function listenersMadeBy(window: WindowLike, work: () => void): () => void {
  const ends: (() => void)[] = [];
  const targets = [window, window.document] as unknown as readonly Listening[];
  const putBack = targets.map((target) => noteListeners(target, ends));
  const members = membersOf(window);
  const Native = members["MutationObserver"] as (new () => Observer) | undefined;
  if (Native !== undefined) {
    members["MutationObserver"] = new Proxy(Native, {
      construct(native, args, newTarget) {
        const observer = Reflect.construct(native, args, newTarget) as Observer;
        ends.push(() => observer.disconnect());
        return observer;
      },
    });
  }
  try {
    work();
  } finally {
    if (Native !== undefined) members["MutationObserver"] = Native;
    for (const back of putBack) back();
  }
  return () => {
    for (const end of ends) end();
  };
}

function noteListeners(target: Listening, ends: (() => void)[]): () => void {
  const own = Reflect.getOwnPropertyDescriptor(target, "addEventListener");
  const { addEventListener: native } = target;
  target.addEventListener = (type, listener, options) => {
    Reflect.apply(native, target, [type, listener, options]);
    ends.push(() => target.removeEventListener(type, listener, options));
  };
  return () => {
    if (own === undefined) Reflect.deleteProperty(target, "addEventListener");
    else Object.defineProperty(target, "addEventListener", own);
  };
}
