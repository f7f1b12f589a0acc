/** As much of a window of jsdom or happy-dom as is used here. */
export interface WindowLike {
  readonly document: { readonly readyState: string; readonly baseURI: string; hasFocus?: () => boolean };
  readonly location: { readonly href: string };
  readonly navigator: object;
  readonly performance: object;
  readonly addEventListener: (type: string, listener: () => void, options?: object) => void;
  readonly eval?: (code: string) => unknown;
  readonly close?: () => void;
}

/** Reads and writes members of a window, or of what it holds, that have no type here. */
export function membersOf(window: object): Record<string, unknown> {
  return window as unknown as Record<string, unknown>;
}
