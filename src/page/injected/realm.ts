/**
 * As much of a window as the injected script uses: a browser's, or one of jsdom and happy-dom. Typed here, because the
 * rest of the project has no types of the DOM.
 */
export interface Realm {
  readonly isSecureContext?: boolean;
  readonly origin?: string;
  readonly location: { readonly origin: string; readonly ancestorOrigins?: ArrayLike<string> };
  readonly top: unknown;
  readonly self: unknown;
  readonly document: PageDocument;
  readonly navigator: { credentials?: object; readonly userActivation?: { readonly isActive: boolean } };
  readonly DOMException: new (message: string, name: string) => Error;
  readonly TypeError: new (message: string) => Error;
  readonly AbortSignal: { readonly prototype: object; timeout?: (delayMs: number) => AbortSignal };
  readonly AbortController: new () => AbortController;
  readonly ArrayBuffer: new (length: number) => ArrayBuffer;
  readonly addEventListener: (type: string, listener: (event: object) => void, options?: object) => void;
  readonly MutationObserver?: new (listener: (changes: readonly Mutation[]) => void) => {
    observe: (target: object, options: object) => void;
  };
  readonly MessageChannel?: typeof MessageChannel;
  setTimeout: typeof setTimeout;
  clearTimeout: typeof clearTimeout;
  Date: DateConstructor;
  readonly crypto?: { readonly getRandomValues: (into: Uint32Array) => Uint32Array };
  readonly performance: { readonly now: () => number };
}

export interface PageDocument {
  readonly readyState: string;
  readonly hasFocus?: () => boolean;
  readonly defaultView?: object | null;
  readonly querySelectorAll: (selector: string) => ArrayLike<PageNode>;
  readonly addEventListener: (type: string, listener: () => void) => void;
  readonly featurePolicy?: { readonly allowsFeature: (feature: string) => boolean };
}

export interface PageNode {
  readonly nodeType: number;
  readonly textContent: string | null;
  readonly innerText?: string;
  readonly parentElement: PageNode | null;
  readonly checkVisibility?: () => boolean;
}

export interface Mutation {
  readonly type: string;
  readonly target: PageNode;
  readonly addedNodes: ArrayLike<PageNode>;
}

/** Reads and writes members of a window that have no type here. */
export function membersOf(realm: Realm): Record<string, unknown> {
  return realm as unknown as Record<string, unknown>;
}
