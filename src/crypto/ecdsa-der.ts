const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** Length octet announcing one more length octet, which P-521 signatures need. */
const ONE_MORE = 0x81;

/**
 * Reads an ECDSA signature out of its DER form: r then s, each of the curve's full width.
 *
 * Strict, and shared by both providers, so that neither accepts an encoding the other refuses: shortest
 * lengths, shortest integers, nothing negative, nothing left over. Zero and values beyond the order pass
 * here; verification refuses them.
 *
 * @returns `undefined` for anything that is not such a signature.
 * @see RFC 3279 §2.2.3 (Ecdsa-Sig-Value), X.690 §8.3 and §10.1
 */
export function fromEcdsaDer(der: Uint8Array, width: number): Uint8Array | undefined {
  const body = sequenceBody(der);
  if (body === undefined) return undefined;
  const out = new Uint8Array(2 * width);
  const sAt = copyInteger(body, 0, out.subarray(0, width));
  if (sAt === undefined) return undefined;
  const end = copyInteger(body, sAt, out.subarray(width));
  return end === body.length ? out : undefined;
}

function sequenceBody(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== SEQUENCE) return undefined;
  const long = der[1] === ONE_MORE;
  const length = der[long ? 2 : 1];
  if (length === undefined || long !== length >= 0x80) return undefined;
  const body = der.subarray(long ? 3 : 2);
  return body.length === length ? body : undefined;
}

/** Copies the integer at `at` into `out`, right-aligned, and says where the next item begins. */
function copyInteger(body: Uint8Array, at: number, out: Uint8Array): number | undefined {
  const length = body[at + 1];
  const first = body[at + 2];
  if (body[at] !== INTEGER || length === undefined || length === 0 || first === undefined) return undefined;
  const end = at + 2 + length;
  if (length >= 0x80 || end > body.length || first >= 0x80) return undefined;
  const padded = first === 0 && length > 1;
  if (padded && (body[at + 3] as number) < 0x80) return undefined;
  const digits = body.subarray(at + (padded ? 3 : 2), end);
  if (digits.length > out.length) return undefined;
  out.set(digits, out.length - digits.length);
  return end;
}
