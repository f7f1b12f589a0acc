import type { CausePart, SupportMessage } from "../messages.js";

/** What a support desk is told of causes at the site, whatever the attempt was for. */
export const SUPPORT_SITE = {
  "accepted-not-kept": {
    atFault: "site",
    ask: ["Does the list of passkeys in the account show the new one?"],
    say: "The site accepted the passkey and did not keep it; we pass this on, please use another way until then.",
  },
  "options-timeout": {
    atFault: "site",
    ask: ["Did other pages of the site work at that time?"],
    say: "The site took too long to start; please wait a minute and try again.",
  },
  "rp-owned-qr": {
    atFault: "page",
    ask: ["What did the phone show at the end?", "Does the list of passkeys in the account show a new one?"],
    say: "The page on this screen stopped waiting for the phone; please finish on the phone and reload the page.",
  },
  "credential-id-truncated": {
    atFault: "site",
    ask: ["When was the passkey set up?"],
    say: "The site stored the passkey under a wrong id; trying again does not help, we pass this on.",
  },
  "gateway-504-late-commit": {
    atFault: "site",
    ask: [
      "Is there a mail that confirms the passkey?",
      "Does the list of passkeys in the account show a new one?",
    ],
    say: "The site took longer than {span} to answer; please wait a few minutes and look before you try again.",
  },
  "async-outbox": {
    atFault: "page",
    ask: [
      "Is there a mail that confirms the passkey?",
      "Does the list of passkeys in the account show a new one by now?",
    ],
    say: "The page stopped asking after {span} while the site was still at work; please wait a few minutes and look before you try again.",
  },
  "side-effects-before-validation": {
    atFault: "site",
    ask: ["Does the list of passkeys in the account show a new one?"],
    say: "The site stored the passkey and then refused it; we pass this on, please do not try again before we answer.",
  },
  "double-finish": {
    atFault: "site",
    ask: ["Does the list of passkeys in the account show a new one?"],
    say: "The site took a repeated call for a second attempt; please reload the page.",
  },
  "overwrite-race": {
    atFault: "site",
    ask: ["Were two attempts made at the same time or shortly after each other?"],
    say: "Two attempts crossed, and the site has the older passkey; please sign in another way, remove it, and set up a new one.",
  },
  "challenge-expired": {
    atFault: "site",
    ask: ["How long was the page open before the device was used?"],
    say: "The site had stopped waiting after {span}; please reload the page and try again without a long pause.",
  },
  "session-lost": {
    atFault: "site",
    ask: ["Were cookies cleared, or is the browser in private mode?"],
    say: "The site did not recognise the visit any more; please reload the page and start again.",
  },
  "step-up-expired": {
    atFault: "site",
    ask: ["How long ago was the extra check?"],
    say: "The extra check was too old when the passkey was done; please make it again and go on at once.",
  },
  "step-up-needed": {
    atFault: "site",
    ask: ["Did the page offer an extra check?"],
    say: "The site wants an extra check first; please make it and try again.",
  },
  "session-not-fresh": {
    atFault: "site",
    ask: ["When did the customer sign in?"],
    say: "The sign-in was too long ago; please sign out, sign in again, and try once more.",
  },
  "passkey-limit": {
    atFault: "site",
    ask: ["How many passkeys does the account list?"],
    say: "The account has as many passkeys as the site allows; please remove one from it and try again.",
  },
  "link-consumed": {
    atFault: "site",
    ask: ["Was the link in the mail opened before?"],
    say: "The link was used up by an earlier attempt; please ask for a new mail.",
  },
  "origin-refused": {
    atFault: "site",
    ask: [
      "What does the address bar say, and is the page inside another one?",
      "Did a password manager answer in the place of the browser?",
    ],
    say: "The site does not accept the address the page was opened under; please open it directly and without extensions.",
  },
  "site-error": {
    atFault: "site",
    ask: ["At what time was it, and what number did the page show?"],
    say: "The site failed; please wait a few minutes and try again.",
  },
  "site-rate-limited": {
    atFault: "site",
    ask: ["How many attempts were made, and does the customer share an office network?"],
    say: "The site had too many attempts; please wait without trying, and then try once.",
  },
  "site-unreachable": {
    atFault: "network",
    ask: ["Do other sites open at the same time?"],
    say: "The site could not be reached; please check the connection, reload the page, and try again.",
  },
  "site-call-refused": {
    atFault: "site",
    ask: ["What did the page show, word for word?", "At what time was it?"],
    say: "The site refused the attempt; please reload the page and try again, and call us if it is refused once more.",
  },
  "finish-answer-lost": {
    atFault: "site",
    ask: ["Does the list of passkeys in the account show a new one?"],
    say: "The answer of the site was lost; please reload the page and look before you try again.",
  },
  "site-silent": {
    atFault: "site",
    ask: ["Do other pages of the site open?"],
    say: "The site did not answer; please wait a few minutes and try again.",
  },
  "site-refused": {
    atFault: "site",
    ask: ["What did the page show, word for word?", "At what time was it?"],
    say: "The site refused the attempt; please reload the page and try again, and call us if it is refused once more.",
  },
} satisfies CausePart<SupportMessage>;
