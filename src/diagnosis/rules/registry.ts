import type { Rule } from "../rule.js";
import { authenticatorReset } from "./authenticator-reset.js";
import { browserQuit, cancelRace } from "./browser-end.js";
import { codeNeverSent } from "./code-never-sent.js";
import { acceptedNotKept, finishAnswerLost, siteRefused, siteSilent } from "./attached-rp.js";
import {
  competingAuthenticator,
  dialogRefused,
  extensionRefused,
  focusLost,
  focusMissing,
  noAuthenticator,
  ownRequestAborted,
  requestPending,
  requestReplaced,
  settingDiverts,
  verificationUnavailable,
} from "./client.js";
import { challengeExpired, clientTimeout, keyTimeout, pageGaveUp, userRefused } from "./common.js";
import {
  codeExpired,
  codeNotReceived,
  codeVoided,
  codeWrong,
  eatenByScanner,
  factorLost,
  factorNeeded,
  notEnrolled,
  notLinked,
  undeliverable,
} from "./factor.js";
import {
  assertionWindowMissed,
  channelBusy,
  keyUnplugged,
  linkSilent,
  messageGap,
  pinBlocked,
  storeFull,
  tokenExpired,
  uvBlocked,
} from "./key.js";
import { errorNotCorrected } from "./error-not-corrected.js";
import { lockedOut } from "./locked-out.js";
import { noCredential } from "./login.js";
import { optionsTimeout } from "./options-timeout.js";
import { overwriteRace } from "./overwrite-race.js";
import { flagBeforeCredential, passwordOff } from "./password-off.js";
import { otherAuthenticator, phoneIndexLag, providerOtherAccount, syncLag } from "./phone-login.js";
import { phoneHungUp, phoneNotReady, phonePutAway } from "./phone.js";
import {
  advertTooLong,
  bleLateAdvert,
  bluetoothOff,
  linkHang,
  otherCodeScanned,
  phoneNotHeard,
  scanNotStarted,
} from "./radio.js";
import { readReplicaLag } from "./read-replica-lag.js";
import {
  backupEligibilityChanged,
  callerNotRecognised,
  originRefused,
  passwordWrong,
  unusualDevice,
  verificationNotDone,
} from "./refusal-codes.js";
import { linkConsumed, passkeyLimit, sessionNotFresh, stepUpExpired, stepUpNeeded } from "./refusal.js";
import { alreadyRegistered, clientTimerOrphan, gatewayLateCommit, lateDelivery } from "./registration.js";
import {
  challengeSuperseded,
  idTruncated,
  lateCommit,
  linkFlake,
  signCounter,
  transportsInternalOnly,
  unknownCredential,
} from "./rp-login.js";
import { asyncOutbox, doubleFinish, lostAnswer, mailQueueOnly, rpOwnedQr, sideEffects } from "./rp.js";
import { browserUnsupported, clientRefused } from "./browser-support.js";
import { siteCallRefused, siteError, siteRateLimited, siteUnreachable } from "./site-failure.js";
import { offerWithdrawn, stillWaiting } from "./still-waiting.js";
import { sessionLost } from "./session-lost.js";
import { success } from "./success.js";
import {
  linkGone,
  linkLost,
  messageRejected,
  phoneNoTunnel,
  tunnelExpired,
  tunnelLimit,
  tunnelRefused,
} from "./tunnel.js";

/**
 * Every cause there is. All are tried; where more than one matches, the `over` of one of them says which is the verdict.
 * To add a cause, write its rule and put it into this list.
 */
export const RULES = [
  // What a real site says against what it holds.
  acceptedNotKept,

  // What stands between the page and any authenticator.
  competingAuthenticator,
  extensionRefused,
  focusMissing,
  focusLost,
  requestPending,
  requestReplaced,
  ownRequestAborted,
  settingDiverts,
  verificationUnavailable,
  dialogRefused,
  optionsTimeout,

  // What keys and their cables do.
  browserQuit,
  cancelRace,
  messageGap,
  linkSilent,
  channelBusy,
  storeFull,
  pinBlocked,
  uvBlocked,
  tokenExpired,
  assertionWindowMissed,
  keyUnplugged,

  // The search for a phone, where a record names what went wrong with it.
  bleLateAdvert,
  scanNotStarted,
  bluetoothOff,
  otherCodeScanned,
  advertTooLong,
  linkHang,

  // What would pass for something milder further down.
  rpOwnedQr,
  flagBeforeCredential,
  phoneNoTunnel,

  // Logins: was the phone reached, was the right id asked for.
  transportsInternalOnly,
  linkFlake,
  lateCommit,
  idTruncated,

  // What came late before what came to nothing.
  lateDelivery,
  gatewayLateCommit,
  clientTimerOrphan,
  alreadyRegistered,
  asyncOutbox,
  sideEffects,
  doubleFinish,
  mailQueueOnly,

  // Keys and rows that do not go together.
  overwriteRace,
  unknownCredential,
  signCounter,
  challengeSuperseded,
  lockedOut,
  sessionLost,
  providerOtherAccount,
  syncLag,
  otherAuthenticator,
  phoneIndexLag,
  readReplicaLag,
  noCredential,

  // An answer is only called lost where no record says what ended the tunnel.
  tunnelExpired,
  tunnelLimit,
  messageRejected,
  linkGone,
  lostAnswer,

  // Registrations that the site refused with a code that says why.
  stepUpExpired,
  stepUpNeeded,
  sessionNotFresh,
  passkeyLimit,
  linkConsumed,

  // A phone or key that was not reached, where no record says more.
  tunnelRefused,
  phoneNotHeard,
  phoneHungUp,
  phonePutAway,
  phoneNotReady,
  linkLost,
  noAuthenticator,

  // What can be said of almost any ceremony.
  challengeExpired,
  keyTimeout,
  authenticatorReset,
  userRefused,
  pageGaveUp,
  clientTimeout,
  success,

  // Fallback factors that did not work.
  codeExpired,
  codeNotReceived,
  codeVoided,
  eatenByScanner,
  undeliverable,
  passwordOff,
  notLinked,
  notEnrolled,
  factorLost,
  factorNeeded,
  codeWrong,
  codeNeverSent,

  // Refusals by the site whose code says it all.
  originRefused,
  backupEligibilityChanged,
  passwordWrong,
  unusualDevice,
  callerNotRecognised,
  verificationNotDone,

  // What can be said of any call, browser or wait.
  siteError,
  siteRateLimited,
  siteUnreachable,
  siteCallRefused,
  browserUnsupported,
  clientRefused,
  offerWithdrawn,
  stillWaiting,
  errorNotCorrected,

  // Calls to a real site; a simulated one leaves records that say more.
  finishAnswerLost,
  siteSilent,
  siteRefused,
] as const satisfies readonly Rule[];

/** Id of a rule; `undecided` where the records do not suffice. */
export type RootCauseId = (typeof RULES)[number]["id"] | "undecided";

/** Every id that an explanation may name, in the order of the registry. */
export const ROOT_CAUSE_IDS: readonly RootCauseId[] = [...RULES.map(({ id }) => id), "undecided"];
