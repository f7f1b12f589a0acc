import { concat } from "../core/bytes.js";
import type { Entropy } from "../core/entropy.js";
import type { EcCurveName, EcKey } from "./algorithms.js";
import { PointError } from "./point-error.js";

/** The numbers of a curve that both providers need outside their own arithmetic. */
export interface EcCurve {
  /** Bytes of a coordinate and of a scalar alike. */
  readonly width: number;
  readonly order: bigint;
  /** Keeps the bits of a scalar's first byte that the order has: P-521 uses one bit of it. */
  readonly topMask: number;
}

/** @see NIST SP 800-186 §3.2.1 for the NIST curves, SEC 2 §2.4.1 for secp256k1 */
export const EC_CURVES: Readonly<Record<EcCurveName, EcCurve>> = {
  "P-256": {
    width: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    topMask: 0xff,
  },
  "P-384": {
    width: 48,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    topMask: 0xff,
  },
  "P-521": {
    width: 66,
    order:
      0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    topMask: 0x01,
  },
  secp256k1: {
    width: 32,
    order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    topMask: 0xff,
  },
};

/** A secret scalar, uniform in 1 .. order - 1, by rejection. @see FIPS 186-5 §A.2.2 */
export function drawScalar(crv: EcCurveName, entropy: Entropy): Uint8Array {
  const { width, topMask } = EC_CURVES[crv];
  for (;;) {
    const candidate = Uint8Array.from(entropy.bytes(width));
    candidate[0] = (candidate[0] as number) & topMask;
    if (isScalar(crv, candidate)) return candidate;
  }
}

/** @throws {PointError} `POINT_INVALID` for another width, zero, or the order and beyond. */
export function checkScalar(crv: EcCurveName, secretKey: Uint8Array): void {
  if (!isScalar(crv, secretKey)) {
    throw new PointError("POINT_INVALID", `the secret key is no scalar of ${crv}`);
  }
}

/** 0x04, x, y. @throws {PointError} `POINT_INVALID` for coordinates of another width. */
export function pointOf({ crv, x, y }: EcKey): Uint8Array {
  const { width } = EC_CURVES[crv];
  if (x.length !== width || y.length !== width) {
    throw new PointError("POINT_INVALID", `${crv} has coordinates of ${width} bytes`);
  }
  return concat(Uint8Array.of(0x04), x, y);
}

/** The inverse of {@link pointOf}; copies. */
export function keyOf(crv: EcCurveName, point: Uint8Array): EcKey {
  const { width } = EC_CURVES[crv];
  return { kty: "EC", crv, x: point.slice(1, 1 + width), y: point.slice(1 + width) };
}

function isScalar(crv: EcCurveName, bytes: Uint8Array): boolean {
  const { width, order } = EC_CURVES[crv];
  if (bytes.length !== width) return false;
  const value = toInteger(bytes);
  return value > 0n && value < order;
}

/** Unsigned, big endian. */
export function toInteger(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return BigInt(`0x${hex}`);
}
