import { attestationBoundary, x509Boundary } from "./attestation-boundary.js";
import type { FuzzBoundary } from "./boundary.js";
import { cborBoundary } from "./cbor-boundary.js";
import { clientBoundary } from "./client-boundary.js";
import { ctapBoundary } from "./ctap-boundary.js";
import { ctaphidBoundary } from "./ctaphid-boundary.js";
import { diskBoundary } from "./disk-boundary.js";
import { filesBoundary, optionsBoundary, picturesBoundary, siteBoundary } from "./files-boundary.js";
import { hostBoundary } from "./host-boundary.js";
import { hybridBoundary } from "./hybrid-boundary.js";
import { portsBoundary } from "./ports-boundary.js";
import { swarmBoundary } from "./swarm-boundary.js";
import { reportsBoundary, tracesBoundary } from "./traces-boundary.js";
import { u2fBoundary } from "./u2f-boundary.js";

/** Every place where bytes of strangers come in, ports that fail under our own code, and swarms of faults. */
export const BOUNDARIES: readonly FuzzBoundary[] = [
  cborBoundary,
  ctaphidBoundary,
  ctapBoundary,
  u2fBoundary,
  clientBoundary,
  hostBoundary,
  hybridBoundary,
  attestationBoundary,
  x509Boundary,
  optionsBoundary,
  siteBoundary,
  filesBoundary,
  diskBoundary,
  tracesBoundary,
  reportsBoundary,
  picturesBoundary,
  portsBoundary,
  swarmBoundary,
];
