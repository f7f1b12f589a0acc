/** @see CTAP 2.2 §11.2.8.2 (HID report descriptor and device discovery) */
export const FIDO_USAGE_PAGE = 0xf1d0;
export const FIDO_USAGE = 0x01;

const LONG_ITEM = 0xfe;
/** Type and tag of a short item, its two size bits masked out. @see HID 1.11 §6.2.2.7, §6.2.2.8 */
const USAGE_PAGE_ITEM = 0x04;
const USAGE_ITEM = 0x08;
const COLLECTION_ITEM = 0xa0;

export interface HidUsage {
  readonly usagePage: number;
  readonly usage: number;
}

/** Usage of the first top-level collection; `undefined` when the descriptor has none or is cut off. */
export function firstUsage(descriptor: Uint8Array): HidUsage | undefined {
  let usagePage = 0;
  let usage: number | undefined;
  for (let at = 0; at < descriptor.length;) {
    const prefix = descriptor[at] as number;
    if (prefix === LONG_ITEM) {
      at += 3 + (descriptor[at + 1] ?? 0);
      continue;
    }
    const size = [0, 1, 2, 4][prefix & 3] as number;
    if (at + 1 + size > descriptor.length) return undefined;
    const value = descriptor.subarray(at + 1, at + 1 + size).reduceRight((sum, byte) => sum * 256 + byte, 0);
    switch (prefix & 0xfc) {
      case USAGE_PAGE_ITEM:
        usagePage = value;
        break;
      case USAGE_ITEM:
        // Four bytes carry the page as well.
        if (size === 4) usagePage = Math.floor(value / 0x1_0000);
        usage ??= value & 0xffff;
        break;
      case COLLECTION_ITEM:
        return usage === undefined ? undefined : { usagePage, usage };
    }
    at += 1 + size;
  }
  return undefined;
}
