import {
  CONTINUATION_HEADER_BYTES,
  INIT_HEADER_BYTES,
  REPORT_BYTES,
} from "../../transports/hid/constants.js";
import type { AuthenticatorProfile } from "../profiles/profile.js";

/**
 * Reports of one message that `/dev/uhid` surely keeps until they are read: it has room for 31 events, drops what
 * comes then, and nothing makes a host wait. Three are left for what others say meanwhile.
 *
 * Source: Linux drivers/hid/uhid.c (UHID_BUFSIZE 32, one of them always empty).
 */
const REPORTS_MAX = 28;

/** Longest message a host may send to a device behind `/dev/uhid`: 1650 bytes. Real keys allow 1024 to 2048. */
export const UHID_MESSAGE_BYTES_MAX =
  REPORT_BYTES - INIT_HEADER_BYTES + (REPORTS_MAX - 1) * (REPORT_BYTES - CONTINUATION_HEADER_BYTES);

/** The same authenticator, telling hosts to send no message that `/dev/uhid` could lose a part of. */
export function fitForUhid(profile: AuthenticatorProfile): AuthenticatorProfile {
  const { limits } = profile;
  if (limits.maxMsgSize <= UHID_MESSAGE_BYTES_MAX) return profile;
  return { ...profile, limits: { ...limits, maxMsgSize: UHID_MESSAGE_BYTES_MAX } };
}
