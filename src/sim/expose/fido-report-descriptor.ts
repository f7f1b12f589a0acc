/**
 * What a FIDO key says of itself as a HID device: 64 bytes in, 64 bytes out, no report ids.
 *
 * @see CTAP 2.2 §11.2.8.2 (HID report descriptor and device discovery)
 */
export const FIDO_REPORT_DESCRIPTOR: Uint8Array = Uint8Array.of(
  ...[0x06, 0xd0, 0xf1], // usage page: FIDO alliance
  ...[0x09, 0x01], // usage: CTAPHID
  ...[0xa1, 0x01], // collection: application
  ...[0x09, 0x20], // usage: data in
  ...[0x15, 0x00, 0x26, 0xff, 0x00], // logical minimum 0, maximum 255
  ...[0x75, 0x08, 0x95, 0x40], // 8 bits, 64 times
  ...[0x81, 0x02], // input: data, variable, absolute
  ...[0x09, 0x21], // usage: data out
  ...[0x15, 0x00, 0x26, 0xff, 0x00],
  ...[0x75, 0x08, 0x95, 0x40],
  ...[0x91, 0x02], // output: data, variable, absolute
  0xc0, // end of collection
);
