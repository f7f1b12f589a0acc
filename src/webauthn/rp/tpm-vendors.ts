/**
 * Manufacturers by their four letters, as `id:` and eight hex digits in certificates.
 *
 * Source: TCG TPM Vendor ID Registry 1.07; FFFFF1D0 is the FIDO Alliance's for its conformance tools.
 */
const VENDORS: ReadonlySet<string> = new Set([
  "414D4400", // AMD
  "414E5400", // Ant Group
  "41544D4C", // Atmel
  "4252434D", // Broadcom
  "4353434F", // Cisco
  "464C5953", // Flyslice Technologies
  "474F4F47", // Google
  "48504500", // HPE
  "48504900", // HPI
  "48495349", // Huawei
  "49424D00", // IBM
  "49465800", // Infineon
  "494E5443", // Intel
  "4C454E00", // Lenovo
  "4D534654", // Microsoft
  "4E534700", // NSING
  "4E534D20", // National Semiconductor
  "4E544300", // Nuvoton
  "4E545A00", // Nationz
  "51434F4D", // Qualcomm
  "524F4343", // Rockchip
  "5345414C", // WISeKey
  "53454345", // SecEdge
  "534D534E", // Samsung
  "534D5343", // SMSC
  "534E5300", // Sinosun
  "53544D20", // STMicroelectronics
  "54584E00", // Texas Instruments
  "57454300", // Winbond
  "FFFFF1D0",
]);

/** Whether a certificate's manufacturer attribute names a registered one. */
export function isTpmVendor(manufacturer: string): boolean {
  const match = /^id:([0-9A-F]{8})$/i.exec(manufacturer);
  return match?.[1] !== undefined && VENDORS.has(match[1].toUpperCase());
}
