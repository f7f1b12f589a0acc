/** Second factors: a text message, a mail, an app that makes its own codes, a call that reads the code out. */
export type FactorName = "sms" | "mail" | "app" | "voice";

/** Whose account at somebody else's may open this one. */
export type ProviderName = "line" | "google";
