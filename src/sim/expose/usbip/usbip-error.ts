import { HarnessError } from "../../../core/errors.js";

/**
 * A host sent what USB/IP does not allow, or more than the server keeps; its connection ends, and no other.
 *
 * `USBIP_VERSION` another version than 1.1.1; `USBIP_OPERATION` neither a list nor an import was asked for;
 * `USBIP_STATUS` a request with a status; `USBIP_BUS_ID` a bus id without an end; `USBIP_COMMAND` neither a transfer nor
 * its withdrawal; `USBIP_DEVICE` transfers of a device that was not imported; `USBIP_ENDPOINT` an endpoint number or
 * direction that no USB device has; `USBIP_ISOCHRONOUS` packets of an isochronous transfer; `USBIP_TRANSFER_TOO_LONG`
 * more bytes than the server takes; `USBIP_SEQUENCE_REUSED` a number whose transfer still waits; `USBIP_TOO_MANY_TRANSFERS`
 * more of them at once than the server keeps; `USBIP_READER_TOO_SLOW` answers that nobody reads; `USBIP_SILENT` no
 * request in time.
 */
export class UsbipError extends HarnessError<
  | "USBIP_VERSION"
  | "USBIP_OPERATION"
  | "USBIP_STATUS"
  | "USBIP_BUS_ID"
  | "USBIP_COMMAND"
  | "USBIP_DEVICE"
  | "USBIP_ENDPOINT"
  | "USBIP_ISOCHRONOUS"
  | "USBIP_TRANSFER_TOO_LONG"
  | "USBIP_SEQUENCE_REUSED"
  | "USBIP_TOO_MANY_TRANSFERS"
  | "USBIP_READER_TOO_SLOW"
  | "USBIP_SILENT"
> {}
