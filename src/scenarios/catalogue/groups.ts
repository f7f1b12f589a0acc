/** Groups of the catalogue, in the order of its lists: one folder of `catalogue/` each, and what its scenarios are about. */
export const CATALOGUE_GROUPS = {
  basics: "Registrations and logins that work, and a user who refuses",
  "page-timers": "The page's own timer fires before the ceremony is over",
  "client-timers": "The browser's timer decides",
  client: "Requests, focus and session in the browser",
  "platform-dialogs": "Dialogs of the operating system, and the computer's own authenticator",
  gateway: "A gateway or a long call ends before the site answers",
  outage: "Calls of the site fail: 500, 503, 429, or no answer",
  "rp-commit": "The site commits at another time than it answers",
  "rp-expiry": "Challenges, step-ups, sessions and links of the site expire",
  "replica-lag": "The site reads from a replica that is behind",
  "rp-records": "Rules of the site for accounts and stored credentials",
  duplicates: "Two passkeys for one account, of which one is an orphan or stale",
  usb: "Security keys on USB: timers, store, CTAPHID",
  pin: "PIN and user verification",
  proximity: "Bluetooth: adapters, permissions, adverts, phones",
  tunnel: "The tunnel between phone and computer",
  "linked-phone": "A phone that is called without a QR code",
  phone: "The phone's platform, its passkey store, and a new phone",
  fallback: "Ways in beside the passkey: codes, providers, lock-out, recovery",
} as const;

/** A group of the catalogue. */
export type CatalogueGroup = keyof typeof CATALOGUE_GROUPS;
