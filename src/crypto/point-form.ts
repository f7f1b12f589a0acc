import { PointError } from "./point-error.js";

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
