import { concat, fromHex, toHex } from "../core/bytes.js";
import { type EcCurveName, type EcKey, PointError } from "./algorithms.js";

const UNCOMPRESSED_BYTES = 65;
const COMPRESSED_BYTES = 33;

/**
 * Checks length and first byte of an encoded P-256 point, so that both providers refuse the same forms:
 * OpenSSL would also take the hybrid form (0x06, 0x07) and infinity.
 *
 * @throws {PointError} `POINT_INVALID`
 * @see SEC 1 §2.3.3
 */
export function checkPointForm(point: Uint8Array, allowed: "uncompressed" | "either"): void {
  if (point.length === UNCOMPRESSED_BYTES && point[0] === 0x04) return;
  const compressed = point.length === COMPRESSED_BYTES && (point[0] === 0x02 || point[0] === 0x03);
  if (compressed && allowed === "either") return;
  throw new PointError("POINT_INVALID", `${point.length} bytes are no ${allowed} P-256 point`);
}

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
      0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    topMask: 0x01,
  },
  secp256k1: {
    width: 32,
    order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    topMask: 0xff,
  },
};

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

/** Unsigned, big endian; the inverse of {@link fromInteger}. */
export function toInteger(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt(`0x${toHex(bytes)}`);
}

/** Unsigned, big endian, `width` bytes. */
export function fromInteger(value: bigint, width: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * width, "0"));
}
