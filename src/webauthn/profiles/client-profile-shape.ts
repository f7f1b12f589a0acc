import { maybe, parameters } from "../../core/argument.js";
import { shape, type Shape } from "../../core/shape.js";
import type { ClientProfile, StatusAction, StatusHandling } from "./client-profile.js";
import type { PageErrorName } from "./page-error-name.js";

const ACTIONS: readonly StatusAction[] = ["end", "drop", "reissue"];

const PAGE_ERROR_NAMES: readonly PageErrorName[] = [
  "NotAllowedError",
  "InvalidStateError",
  "AbortError",
  "TimeoutError",
  "SecurityError",
  "ConstraintError",
  "NotSupportedError",
  "OperationError",
  "EncodingError",
  "UnknownError",
  "SyntaxError",
  "TypeError",
  "RangeError",
];

/** A bound that need not be there. */
const boundMs = { ...shape.ms, nullable: true } as const;

const action = shape.oneOf(ACTIONS);

const STATUS_HANDLING = parameters<StatusHandling>({
  otherwise: action,
  byStatus: maybe(shape.record(action)),
  withToken: maybe(action),
  linkLost: shape.oneOf(["end", "drop"]),
});

/**
 * Describes what a client profile of a caller's own has to be: every member is read somewhere in a ceremony, where one
 * that is missing or of another type would be a fault nobody can name.
 */
export const CLIENT_PROFILE: Shape = parameters<ClientProfile>({
  id: shape.text,
  title: shape.text,
  minMs: boundMs,
  maxMs: boundMs,
  missingMs: boundMs,
  conditionalTimeoutMs: boundMs,
  ignoresSiteTimeout: shape.flag,
  virtualAuthenticatorBypass: shape.flag,
  osDialogMs: maybe(shape.ms),
  focusWaitMs: maybe(shape.ms),
  pageGuardMs: maybe(shape.ms),
  asksTouchOfUnknownKey: shape.flag,
  keepsAssertionsOnRefusal: shape.flag,
  focusCheckedAtCall: shape.flag,
  focusCheckedAtCompletion: shape.flag,
  userActivationMs: boundMs,
  credentialListMax: { ...shape.between({ min: 1, max: 1_000_000 }), nullable: true },
  judgesExtensions: shape.flag,
  pageSettlesAfterSheet: shape.object(
    { usb: shape.flag, hybridBeforeReady: shape.flag, hybridReady: shape.flag },
    {},
  ),
  renewsExpiredToken: shape.flag,
  secondRequest: shape.oneOf(["refused", "replaces-first", "unspecified"]),
  statusHandling: shape.object({ usb: STATUS_HANDLING, hybrid: STATUS_HANDLING }, {}),
  errorNames: shape.record(shape.oneOf(PAGE_ERROR_NAMES)),
  sources: shape.record(shape.text),
});
