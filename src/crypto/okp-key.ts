import { ed25519 } from "@noble/curves/ed25519.js";
import { ed448 } from "@noble/curves/ed448.js";
import { type OkpCurveName, type OkpKey, PointError } from "./algorithms.js";

/** @see RFC 8032 §5.1 and §5.2 */
const CURVES = {
  Ed25519: { curve: ed25519, keyBytes: 32 },
  Ed448: { curve: ed448, keyBytes: 57 },
} as const satisfies Readonly<Record<OkpCurveName, object>>;

/**
 * Checks an Edwards public key: canonical, on the curve, not of small order.
 *
 * Both providers ask here. OpenSSL takes any 32 bytes for a key and only fails to verify with it, and
 * takes keys of small order, with which some signatures hold for every message.
 *
 * @throws {PointError} `POINT_INVALID`
 */
export function checkOkpKey({ crv, x }: OkpKey): void {
  const { curve, keyBytes } = CURVES[crv];
  if (x.length !== keyBytes) throw new PointError("POINT_INVALID", `${crv} keys have ${keyBytes} bytes`);
  let smallOrder: boolean;
  try {
    smallOrder = curve.Point.fromBytes(x, false).isSmallOrder();
  } catch (cause) {
    throw new PointError("POINT_INVALID", `not a point of ${crv}`, { cause });
  }
  if (smallOrder) throw new PointError("POINT_INVALID", `a point of small order is no ${crv} key`);
}
