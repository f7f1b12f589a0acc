import type { FuzzBoundary } from "./boundary.js";
import { cborBoundary } from "./cbor-boundary.js";
import { clientBoundary } from "./client-boundary.js";
import { ctapBoundary } from "./ctap-boundary.js";
import { ctaphidBoundary } from "./ctaphid-boundary.js";
import { hostBoundary } from "./host-boundary.js";
import { u2fBoundary } from "./u2f-boundary.js";

/** Every place where bytes of strangers come in. */
export const BOUNDARIES: readonly FuzzBoundary[] = [
  cborBoundary,
  ctaphidBoundary,
  ctapBoundary,
  u2fBoundary,
  clientBoundary,
  hostBoundary,
];
