import type { Thread } from "./thread.js";

const HASH = "A1B2C3D4".repeat(8);
const create = `{1: h'${HASH}', 2: {"id": "shop.example", "name": "Shop"}, 3: {"id": h'7531', "name": "erika", "displayName": "Erika"}, 4: [{"alg": -7, "type": "public-key"}]}`;
const get = `{1: "shop.example", 2: h'${HASH}', 5: {"up": true}}`;

/** The page's copy stands newest first. */
const page = (...lines: readonly string[]) => [...lines].reverse().join("\n");
const stderr = (time: string, level: string, file: string, text: string) =>
  `[4711:4711:0302/${time.replaceAll(":", "").slice(0, 6)}.${time.slice(-3)}000:${
    level === "ERROR" ? "ERROR" : "VERBOSE1"
  }:device_event_log_impl.cc(216)] [${time}] FIDO: ${level === "ERROR" ? "" : `${level}: `}${file}:50 ${text}`;

const TUNNEL = "tunnel-00112233AABBCCDD";

export const CHROMIUM_THREADS: readonly Thread[] = [
  {
    source: "MasterKale/SimpleWebAuthn#523",
    cause: "the phone's password manager refuses with 0x27, three seconds after the request",
    certainty: "high",
    files: {
      "device-log.txt": page(
        "FIDOEvent[10:11:02] Starting MakeCredential flow",
        "FIDOEvent[10:11:02] UI step: kCableV2QRCode",
        `FIDODebug[10:11:10] ${TUNNEL}: connecting caBLEv2 tunnel: wss://cable.ua5v.com/cable/connect/AA/BB`,
        `FIDODebug[10:11:12] ${TUNNEL}: established v2.1`,
        `FIDODebug[10:11:12] <- 0x1 (kAuthenticatorMakeCredential) ${create}`,
        "FIDODebug[10:11:15] -> (CTAP2 error code 0x27 (kCtap2ErrOperationDenied))",
        `FIDOError[10:11:15] Failing make credential request due to status 0x27 (kCtap2ErrOperationDenied) from ${TUNNEL}`,
      ),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["timer", "user.answers", "link.phone"],
      looksLike: "user-refused",
      shows: ['"status":"OPERATION_DENIED"', '"stage":"ready"', '"outcome":"rejected"'],
    },
  },
  {
    source: "duo-labs/webauthn.io#128",
    cause: "0x27 of a phone; it went away by itself",
    certainty: "medium",
    files: {
      "device-log.txt": page(
        "FIDODebug[21:40:07] -> (CTAP2 error code 0x27 (kCtap2ErrOperationDenied))",
        `FIDOError[21:40:07] Failing make credential request due to status 0x27 (kCtap2ErrOperationDenied) from ${TUNNEL}`,
      ),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp", "timer"],
      shows: ["No request for a passkey is in it."],
    },
  },
  {
    source: "Nitrokey/nitrokey-fido2-firmware#58",
    cause: "the browser rejects the key's answer to a resident key's request",
    certainty: "high",
    files: {
      "stderr.txt": [
        stderr("10:11:12.309", "EVENT", "get_assertion_request_handler.cc", "Starting GetAssertion flow"),
        stderr("10:11:12.402", "DEBUG", "fido_hid_device.cc", `<- 2 ${get}`),
        stderr(
          "10:11:14.610",
          "ERROR",
          "ctap2_device_operation.h",
          "-> (CBOR parse error 'map keys out of order' from raw message 00A30100)",
        ),
        stderr(
          "10:11:14.611",
          "ERROR",
          "get_assertion_request_handler.cc",
          "Failing assertion request due to bad response from hid:11112222",
        ),
      ].join("\n"),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp", "timer"],
      shows: ['"fault":"CBOR parse error"', '"outcome":"rejected"'],
    },
  },
  {
    source: "Nitrokey/nitrokey-fido2-firmware#64",
    cause: "the browser rejects the key's answer to a resident key's request",
    certainty: "high",
    files: {
      "stderr.txt": [
        stderr("09:00:00.100", "EVENT", "get_assertion_request_handler.cc", "Starting GetAssertion flow"),
        stderr("09:00:00.120", "DEBUG", "fido_hid_device.cc", `<- 2 ${get}`),
        stderr(
          "09:00:03.000",
          "DEBUG",
          "ctap2_device_operation.h",
          `-> {1: {"id": h'C0FFEE', "type": "public-key"}, 2: h'00', 3: h'00', 4: {"id": h'7531'}}`,
        ),
        stderr(
          "09:00:03.002",
          "ERROR",
          "get_assertion_request_handler.cc",
          "Failing assertion request due to bad response from hid:11112222",
        ),
      ].join("\n"),
    },
    verdict: { mechanism: "undecided", missing: ["rp", "timer"], shows: ['"outcome":"rejected"'] },
  },
  {
    source: "solokeys/solo1#201",
    cause: "the key sends no sign of life, and Chrome gives it up after three seconds",
    certainty: "high",
    files: {
      "device-log.txt": page(
        "FIDOEvent[10:11:12] Starting GetAssertion flow",
        `FIDODebug[10:11:12] <- 0x2 (kAuthenticatorGetAssertion) ${get}`,
        "FIDOError[10:11:15] FIDO HID device timeout for hid:3f2a0000-1111-2222-3333-444455556666",
        "FIDOError[10:11:15] -> (error reading)",
      ),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp", "page.script"],
      looksLike: "link-silent",
      shows: ['"timer":"hid.silence"'],
    },
  },
  {
    source: "github/SoftU2F#50",
    cause: "the answer comes after Chrome's three seconds and is lost, silently",
    certainty: "high",
    files: {
      "device-log.txt": page(
        "FIDOEvent[15:00:00] Starting GetAssertion flow",
        `FIDODebug[15:00:00] <- 2 ${get}`,
        "FIDOError[15:00:03] FIDO HID device timeout for hid:3f2a0000-1111-2222-3333-444455556666",
        "FIDOError[15:00:03] -> (error reading)",
        `FIDODebug[15:00:04] <- 2 ${get}`,
        "FIDOError[15:00:07] FIDO HID device timeout for hid:3f2a0000-1111-2222-3333-444455556666",
        "FIDOError[15:00:07] -> (error reading)",
      ),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp", "page.script"],
      looksLike: "link-silent",
      shows: ['"timer":"hid.silence"'],
    },
  },
  {
    source: "bloom-directory/bloom#129",
    cause: "no advert of the phone matches; why is not settled",
    certainty: "open",
    files: {
      "stderr.txt": [
        stderr("12:00:00.000", "EVENT", "get_assertion_request_handler.cc", "Starting GetAssertion flow"),
        stderr("12:00:00.010", "EVENT", "authenticator_request_dialog_model.cc", "UI step: kCableV2QRCode"),
        stderr("12:00:00.500", "DEBUG", "fido_cable_discovery.cc", "Discovery session started."),
        stderr("12:00:09.000", "DEBUG", "fido_cable_discovery.cc", `  (${"0A".repeat(20)}: no v2 match)`),
        stderr("12:03:00.000", "EVENT", "authenticator_request_dialog_model.cc", "UI step: kTimedOut"),
      ].join("\n"),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp"],
      looksLike: "phone-not-heard",
      shows: ['"stage":"advert-foreign"'],
    },
  },
];
