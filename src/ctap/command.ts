/** Command byte that opens every CTAP2 request. @see CTAP 2.2 §6 (authenticator API) */
export const CtapCommand = {
  makeCredential: 0x01,
  getAssertion: 0x02,
  getInfo: 0x04,
  clientPin: 0x06,
  reset: 0x07,
  getNextAssertion: 0x08,
  bioEnrollment: 0x09,
  credentialManagement: 0x0a,
  selection: 0x0b,
  largeBlobs: 0x0c,
  authenticatorConfig: 0x0d,
  /** Drafts of 2.1, still the only ones on some keys. */
  bioEnrollmentPreview: 0x40,
  credentialManagementPreview: 0x41,
} as const;

export type CtapCommandName = keyof typeof CtapCommand;

const NAMES = new Map<number, CtapCommandName>(
  (Object.entries(CtapCommand) as [CtapCommandName, number][]).map(([name, byte]) => [byte, name]),
);

/** Symbol for a known byte, `0x..` for the rest. Never throws. */
export function nameOfCommand(byte: number): CtapCommandName | `0x${string}` {
  return NAMES.get(byte) ?? `0x${byte.toString(16).padStart(2, "0")}`;
}
