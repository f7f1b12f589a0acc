import type { Thread } from "./thread.js";

function windowsEvent(id: number, time: string, data: Readonly<Record<string, string>> = {}): string {
  const all = { TransactionId: "{00000000-aaaa-bbbb-cccc-000000000001}", ...data };
  return (
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-WebAuthN' ` +
    `Guid='{3ae1ea61-c002-47fb-b06c-4022a8c98929}'/><EventID>${id}</EventID><Level>4</Level><TimeCreated SystemTime='2026-03-02T${time}Z'/>` +
    `</System><EventData>${Object.entries(all)
      .map(([name, value]) => `<Data Name='${name}'>${value}</Data>`)
      .join("")}</EventData></Event>`
  );
}

const windows = (...events: readonly string[]) => `<Events>${events.join("\n")}</Events>`;

const report = (...bytes: readonly number[]) => {
  const whole = Buffer.alloc(64);
  Buffer.from(bytes).copy(whole);
  return whole;
};

/** Rows of sixteen bytes, counted in decimal. */
const rows = (bytes: Buffer) =>
  Array.from(
    { length: Math.ceil(bytes.length / 16) },
    (_, row) =>
      `${String(row * 16).padStart(4, "0")}: ${[...bytes.subarray(row * 16, row * 16 + 16)]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(" ")}`,
  );

// {1: "shop.example", 2: h'5A...'} as a getAssertion.
const GET = Buffer.concat([
  Buffer.from([0x02, 0xa2, 0x01, 0x6c]),
  Buffer.from("shop.example"),
  Buffer.from([0x02, 0x58, 0x20]),
  Buffer.alloc(32, 0x5a),
]);

const logcat = (time: string, tag: string, text: string) => `03-02 ${time}  3123  3201 D ${tag}: ${text}`;
const packet = (bytes: Buffer) => bytes.toString("base64");

export const SYSTEM_THREADS: readonly Thread[] = [
  {
    source: "bitwarden/clients#22399",
    cause: "the process of the plugin authenticator never starts; Windows cancels after seven seconds",
    certainty: "high",
    files: {
      "webauthn.xml": windows(
        windowsEvent(1000, "08:00:00.0000000"),
        windowsEvent(1002, "08:00:07.1000000", { Error: "0x800704c7", HResult: "-2147023673" }),
      ),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp", "link", "user"],
      shows: ['"reason":"ERROR_CANCELLED"', "may be the user, the browser or its timer"],
    },
  },
  {
    source: "bitwarden/clients#23357",
    cause: "the key that Windows Hello made with PRF cannot be used for a login (0x8009000B)",
    certainty: "medium",
    files: {
      "webauthn.xml": windows(
        windowsEvent(1003, "08:00:00.0000000"),
        windowsEvent(1023, "08:00:00.2000000"),
        windowsEvent(1025, "08:00:03.0000000", { Error: "0x8009000b", HResult: "-2146893813" }),
        windowsEvent(1005, "08:00:03.0100000", { Error: "0x8009000b", HResult: "-2146893813" }),
      ),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp", "link", "user"],
      shows: ['"reason":"NTE_BAD_KEY_STATE"', "Windows Hello ended with NTE_BAD_KEY_STATE"],
    },
  },
  {
    source: "Yubico/libfido2#230",
    cause: "the key's own timer ran out before a touch (ACTION_TIMEOUT)",
    certainty: "high",
    files: {
      "libfido2.txt": [
        "fido_tx: dev=0x55d0c1a0, cmd=0x10",
        `fido_tx: buf=0x7ffd1230, len=${GET.length}`,
        ...rows(GET),
        "fido_rx: dev=0x55d0c1a0, cmd=0x10, ms=-1",
        "rx_preamble: buf=0x7ffd1230, len=64",
        ...rows(report(0xa1, 0xb2, 0xc3, 0xd4, 0xbb, 0, 1, 2)),
        "rx_preamble: buf=0x7ffd1230, len=64",
        ...rows(report(0xa1, 0xb2, 0xc3, 0xd4, 0x90, 0, 1, 0x3a)),
        "cbor_parse_reply: blob[0]=0x3a",
      ].join("\n"),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp"],
      shows: ["The authenticator answered ACTION_TIMEOUT", '"status":"ACTION_TIMEOUT"'],
    },
  },
  {
    source: "microg/GmsCore#1823",
    cause: "the key's own timer for a touch (0x3A), not the phone's",
    certainty: "high",
    files: {
      "logcat.txt": [
        logcat("10:11:13.000", "FidoUi", "onCreate caller=com.example.browser"),
        logcat(
          "10:11:13.100",
          "FidoCtapHidConnection",
          `Sent packet ${packet(report(0xa1, 0xb2, 0xc3, 0xd4, 0x90, 0, GET.length, ...GET))}`,
        ),
        logcat(
          "10:11:13.200",
          "FidoCtapHidConnection",
          `Received packet ${packet(report(0xa1, 0xb2, 0xc3, 0xd4, 0xbb, 0, 1, 2))}`,
        ),
        logcat(
          "10:11:43.200",
          "FidoCtapHidConnection",
          `Received packet ${packet(report(0xa1, 0xb2, 0xc3, 0xd4, 0x90, 0, 1, 0x3a))}`,
        ),
        logcat("10:11:43.300", "FidoUi", "Finish with error: user waited too long (NOT_ALLOWED_ERR)"),
      ].join("\n"),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["rp"],
      shows: ['"status":"ACTION_TIMEOUT"', "sheet ended: NOT_ALLOWED_ERR"],
    },
  },
  {
    source: "GrapheneOS/os-issue-tracker#2073",
    cause:
      "the consent to synchronise keys is missing: Google Play services end with 38501, without a prompt",
    certainty: "high",
    files: {
      "logcat.txt": [
        "03-02 10:11:12.000  3123  3201 I Fido    : request begins",
        "03-02 10:11:12.100  3123  3201 W Fido    : error of the key sync: 38501",
      ].join("\n"),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["page"],
      shows: ["error 38501 of Google Play services"],
    },
  },
  {
    source: "telegramdesktop/tdesktop#31329",
    cause: "the system does not present its sheet and ends with 1004",
    certainty: "medium",
    files: {
      "unified.ndjson": [
        ["2026-03-02 10:11:12.123456+0100", "Told not to present authorization sheet: Error"],
        [
          "2026-03-02 10:11:12.200000+0100",
          'ASAuthorizationController credential request failed with error: Error Domain=com.apple.AuthenticationServices.AuthorizationError Code=1004 "(null)"',
        ],
      ]
        .map(([timestamp, eventMessage]) =>
          JSON.stringify({
            timestamp,
            machTimestamp: 1,
            subsystem: "com.apple.AuthenticationServices",
            eventMessage,
          }),
        )
        .join("\n"),
    },
    verdict: {
      mechanism: "undecided",
      missing: ["page"],
      shows: ["no sheet: the system was told not to show it", '"reason":"failed"'],
    },
  },
  {
    source: "linux-credentials/libwebauthn#52",
    cause: "the tunnel service refuses the connection with 400",
    certainty: "high",
    files: {
      "libwebauthn.txt": [
        "2026-03-02T10:11:12.100000Z DEBUG libwebauthn::transport::cable: Starting proximity check stage",
        "2026-03-02T10:11:14.100000Z DEBUG libwebauthn::transport::cable: Trial decrypt failed, ignoring",
        "2026-03-02T10:11:16.100000Z DEBUG libwebauthn::transport::cable: Connecting to tunnel server",
        "2026-03-02T10:11:16.900000Z ERROR libwebauthn::transport::cable::tunnel: Failed to connect to tunnel server, status=400",
      ].join("\n"),
    },
    verdict: { mechanism: "unread", missing: [], shows: [] },
  },
  {
    source: "authelia/authelia#9310",
    cause: "the credential was deleted at the site and is still in the keychain: the site does not know it",
    certainty: "high",
    files: {
      "authelia.log": [
        'time="2026-03-02T10:11:12Z" level=debug msg="passkey login options" method=POST path=/api/firstfactor/passkey rid=r1 cid=a1',
        'time="2026-03-02T10:11:19Z" level=debug msg="passkey login" method=POST path=/api/firstfactor/passkey rid=r2 cid=a1',
        'time="2026-03-02T10:11:19Z" level=error msg="passkey refused" method=POST path=/api/firstfactor/passkey rid=r2 cid=a1 error=unknown_credential',
      ].join("\n"),
    },
    mapping: {
      schema: 1,
      time: { from: "time" },
      ceremony: "cid",
      requestId: "rid",
      shows: ["rp"],
      lines: [
        { when: { msg: "passkey login options" }, event: { kind: "rp.request", call: "login/options" } },
        { when: { msg: "passkey login" }, event: { kind: "rp.request", call: "login/finish" } },
        {
          when: { msg: "passkey refused" },
          event: {
            kind: "rp.response",
            call: "login/finish",
            status: 403,
            code: { from: "error" },
          },
        },
      ],
    },
    verdict: { mechanism: "undecided", missing: ["ctap"], shows: ['"code":"UNKNOWN_CREDENTIAL"'] },
  },
];
