import { concat } from "../../core/bytes.js";
import { ServiceUuid } from "../protocol/constants.js";

/** Service data under a 16-bit UUID, as a radio carries it. */
export interface ServiceData {
  readonly uuid: number;
  readonly data: Uint8Array;
}

/**
 * Selects the packets of an advert: `legacy` ones carry 31 bytes to every receiver, `extended` ones of Bluetooth 5 carry
 * more to receivers that scan for them; `auto` takes legacy ones where the advert fits.
 */
export type AdvertisingPdus = "auto" | "legacy" | "extended";

export interface AdvertisingLayout {
  /** Value of the Flags structure, which goes first; left out when absent. */
  readonly flags?: number;
  /** Name the UUID in a list of services as well, as Chrome for Android does. */
  readonly listsUuid?: boolean;
}

/** @see Bluetooth Assigned Numbers §2.3 (common data types) */
const AdType = { FLAGS: 0x01, COMPLETE_UUIDS_16: 0x03, SERVICE_DATA_16: 0x16 } as const;

const UUID_BYTES = 2;
/** The length byte counts the type, too. */
const STRUCTURE_BYTES_MAX = 0xff;

/** Advertising data with one piece of service data. @throws {RangeError} beyond 252 bytes of it. */
export function encodeAdvertisingData(
  { uuid, data }: ServiceData,
  { flags, listsUuid = false }: AdvertisingLayout = {},
): Uint8Array {
  const id = Uint8Array.of(uuid & 0xff, uuid >> 8);
  return concat(
    ...(flags === undefined ? [] : [structure(AdType.FLAGS, Uint8Array.of(flags))]),
    ...(listsUuid ? [structure(AdType.COMPLETE_UUIDS_16, id)] : []),
    structure(AdType.SERVICE_DATA_16, concat(id, data)),
  );
}

/**
 * All service data in what a radio received, in order, as views.
 *
 * Foreign devices send arbitrary bytes: a structure that runs past the end ends the reading, it is not an error.
 */
export function parseAdvertisingData(bytes: Uint8Array): readonly ServiceData[] {
  const found: ServiceData[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at] as number;
    const end = at + 1 + length;
    // Length 0 marks the unused rest. @see Bluetooth Core Vol 3 Part C §11
    if (length === 0 || end > bytes.length) break;
    const content = bytes.subarray(at + 2, end);
    if (bytes[at + 1] === AdType.SERVICE_DATA_16 && content.length >= UUID_BYTES) {
      const [low = 0, high = 0] = content;
      found.push({ uuid: (high << 8) | low, data: content.subarray(UUID_BYTES) });
    }
    at = end;
  }
  return found;
}

/** Whether service data under this UUID may be an advert: listen to both, send the first. */
export function isHybridService(uuid: number): boolean {
  return uuid === ServiceUuid.FIDO || uuid === ServiceUuid.GOOGLE;
}

function structure(type: number, content: Uint8Array): Uint8Array {
  const length = 1 + content.length;
  if (length > STRUCTURE_BYTES_MAX) throw new RangeError(`${content.length} bytes do not fit one structure`);
  return concat(Uint8Array.of(length, type), content);
}
