export interface Scan {
  /** What the QR code says, `FIDO:/` and digits. A secret: who reads it can take part in the ceremony. */
  readonly qr: string;
  /** Ends the wait: the phone has answered. */
  readonly signal?: AbortSignal | undefined;
}

/** A phone of the rig. */
export interface RigPhone {
  readonly label: string;
  /** Makes it scan, and its user agree as far as that can be done. @throws {RigError} `RIG_PHONE_FAILED` */
  scan(scan: Scan): Promise<void>;
}
