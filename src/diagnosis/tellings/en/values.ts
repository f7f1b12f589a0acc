import type { ValueWords } from "../messages.js";

/** English words for times and devices. */
export const VALUES_EN: ValueWords = {
  moment: "a moment",
  seconds: "{count} seconds",
  minutes: "{count} minutes",
  hours: "{count} hours",
  unknownSpan: "a while",
  unknownLate: "shortly",
  devices: { key: "security key", phone: "phone", computer: "computer", other: "device" },
};
