import type { Knobs } from "../knobs/knobs.js";
import { PORTAL_ORIGIN } from "../portal.js";

/** Describes the document that calls `navigator.credentials`: where it is, and what its browser knows of it. */
export interface CallingPage {
  /** Serialised origin of the document. */
  readonly origin: string;
  /** Origin of the top page, for a document in a frame of another origin. */
  readonly topOrigin?: string | undefined;
  /** Whether the permissions policy lets the document call. */
  readonly isAllowed: boolean;
  /** Whether the document has the focus; asked at the call and at its end. */
  readonly hasFocus: () => boolean;
}

/** Returns the simulated page as the knobs `page.*` have it. */
export function pageOfKnobs(origin: string, knobs: () => Knobs): CallingPage {
  const { frame, frameAllows } = knobs().page;
  const isForeign = frame === "cross-origin";
  return {
    origin,
    ...(isForeign && { topOrigin: PORTAL_ORIGIN }),
    isAllowed: !isForeign || frameAllows,
    hasFocus: () => knobs().page.focused,
  };
}
