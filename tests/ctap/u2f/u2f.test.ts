import { verify, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decodeLenient } from "../../../src/cbor/lenient.js";
import type { CborMap } from "../../../src/cbor/value.js";
import { concat, fromHex, toHex } from "../../../src/core/bytes.js";
import { parseApdu, parseResponseApdu } from "../../../src/ctap/u2f/apdu.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import {
  encodeU2fAuthentication,
  encodeU2fAuthenticationRequest,
  encodeU2fRegistration,
  encodeU2fRegistrationRequest,
  nameOfU2fInstruction,
  parseU2fAuthentication,
  parseU2fAuthenticationRequest,
  parseU2fRegistration,
  parseU2fRegistrationRequest,
  u2fAuthenticationMessage,
  u2fRegistrationMessage,
} from "../../../src/ctap/u2f/u2f.js";
import { nameOfStatusWord, StatusWord, U2fError } from "../../../src/ctap/u2f/u2f-error.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

interface HidVector {
  readonly id: string;
  readonly direction: string;
  /** Absent from rows about broken framing. */
  readonly messages?: readonly { readonly cmd: number; readonly payload: string }[];
}

interface AttestationVector {
  readonly id: string;
  readonly fmt: string;
  readonly attestationObject: string;
  readonly clientDataHash?: string;
  /** By the collector of the vectors; `null` where it could not tell. */
  readonly signatureVerified?: boolean | null;
}

const MSG = 3;
const MESSAGES = loadVectors<HidVector>("ctaphid").flatMap(({ id, direction, messages = [] }) =>
  messages.flatMap(({ cmd, payload }) => (cmd === MSG ? [{ id, direction, payload }] : [])),
);
const STATEMENTS = loadVectors<AttestationVector>("attestation").filter(({ fmt }) => fmt === "fido-u2f");

const CHALLENGE = new Uint8Array(32).fill(1);
const APPLICATION = new Uint8Array(32).fill(2);
const HANDLE = Uint8Array.of(7, 7, 7);
const SIGNATURE = fromHex("3006020101020101");

describe("frames of published traces", () => {
  test("there are some of both directions", () => {
    expect(new Set(MESSAGES.map(({ direction }) => direction)).size).toBe(2);
  });

  test.each(MESSAGES.filter(({ direction }) => direction === "host->device"))(
    "$id is an APDU",
    ({ payload }) => {
      const { ins, data } = parseApdu(fromHex(payload));
      expect([nameOfU2fInstruction(ins), data.length]).toEqual(["version", 0]);
    },
  );

  test.each(MESSAGES.filter(({ direction }) => direction === "device->host"))(
    "$id is an answer",
    ({ payload }) => {
      const { data, statusWord } = parseResponseApdu(fromHex(payload));
      if (statusWord !== StatusWord.NO_ERROR) {
        expect(nameOfStatusWord(statusWord)).toBe("CONDITIONS_NOT_SATISFIED");
        return;
      }
      const registration = parseU2fRegistration(data);
      expect(encodeU2fRegistration(registration)).toEqual(data);
      expect(new X509Certificate(registration.certificate).subject).toContain("Yubico U2F EE");
    },
  );
});

describe("published fido-u2f statements", () => {
  const isJudged = ({ signatureVerified }: AttestationVector) => typeof signatureVerified === "boolean";

  test.skip.each(STATEMENTS.filter((row) => !isJudged(row)))(
    "$id is left out: its client data or its public key is not usable",
    () => {},
  );

  test.each(STATEMENTS.filter(isJudged))("$id is signed over what a U2F key signs", (row) => {
    const object = decodeLenient(hexOf(row.attestationObject)).value as CborMap;
    const statement = object.get("attStmt") as CborMap;
    const { attested, rpIdHash } = parseAuthenticatorData(object.get("authData") as Uint8Array);
    const key = attested?.publicKey.key;
    if (key?.kty !== "EC") throw new Error("the vector's key is no EC key");
    const made = {
      keyHandle: attested?.credentialId ?? new Uint8Array(0),
      publicKey: concat(Uint8Array.of(4), key.x, key.y),
    };
    const request = { challenge: hexOf(row.clientDataHash), application: rpIdHash };
    const [certificate] = statement.get("x5c") as readonly Uint8Array[];
    const { publicKey } = new X509Certificate(certificate as Uint8Array);
    const signature = statement.get("sig") as Uint8Array;
    expect(verify("sha256", u2fRegistrationMessage(request, made), publicKey, signature)).toBe(
      row.signatureVerified,
    );
  });
});

describe("messages", () => {
  test("a register request is challenge and application", () => {
    const request = { challenge: CHALLENGE, application: APPLICATION };
    const data = encodeU2fRegistrationRequest(request);
    expect(toHex(data)).toBe("01".repeat(32) + "02".repeat(32));
    expect(parseU2fRegistrationRequest(data)).toEqual(request);
  });

  test("an authenticate request ends with the key handle and its length", () => {
    const request = { challenge: CHALLENGE, application: APPLICATION, keyHandle: HANDLE };
    const data = encodeU2fAuthenticationRequest(request);
    expect(toHex(data.subarray(64))).toBe("03070707");
    expect(parseU2fAuthenticationRequest(data)).toEqual(request);
  });

  test("an authenticate answer is presence, counter and signature", () => {
    const answer = { presence: 1, counter: 0x80000001, signature: SIGNATURE };
    const data = encodeU2fAuthentication(answer);
    expect(toHex(data)).toBe(`0180000001${toHex(SIGNATURE)}`);
    expect(parseU2fAuthentication(data)).toEqual(answer);
  });

  test("what an assertion is signed over is authenticator data and client data hash", () => {
    const request = { challenge: CHALLENGE, application: APPLICATION };
    expect(toHex(u2fAuthenticationMessage(request, { presence: 1, counter: 9 }))).toBe(
      `${"02".repeat(32)}0100000009${"01".repeat(32)}`,
    );
  });

  test("a key handle of 256 bytes is none", () => {
    const request = { challenge: CHALLENGE, application: APPLICATION, keyHandle: new Uint8Array(256) };
    expect(() => encodeU2fAuthenticationRequest(request)).toThrow(RangeError);
  });

  const registration = encodeU2fRegistration({
    publicKey: new Uint8Array(65),
    keyHandle: HANDLE,
    certificate: fromHex("30020500"),
    signature: SIGNATURE,
  });

  test.each([
    ["register request, one short", () => parseU2fRegistrationRequest(new Uint8Array(63))],
    ["register request, one long", () => parseU2fRegistrationRequest(new Uint8Array(65))],
    [
      "authenticate request without a handle's length",
      () => parseU2fAuthenticationRequest(new Uint8Array(64)),
    ],
    [
      "authenticate request with a handle cut off",
      () => parseU2fAuthenticationRequest(concat(new Uint8Array(64), Uint8Array.of(2, 0))),
    ],
    [
      "register answer that begins otherwise",
      () => parseU2fRegistration(concat(Uint8Array.of(4), registration)),
    ],
    ["register answer cut off", () => parseU2fRegistration(registration.subarray(0, -1))],
    ["register answer with more", () => parseU2fRegistration(concat(registration, Uint8Array.of(0)))],
    ["authenticate answer without a signature", () => parseU2fAuthentication(new Uint8Array(5))],
    ["authenticate answer that signs in another form", () => parseU2fAuthentication(new Uint8Array(69))],
  ])("%s is malformed", (_, parse) => {
    expect(parse).toThrow(expect.objectContaining({ code: "MESSAGE_MALFORMED" }));
  });
});

describe("status words", () => {
  test("have the names of the specification, or their number", () => {
    expect(
      [0x9000, 0x6985, 0x6a80, 0x6700, 0x6e00, 0x6d00, 0x6f00, 0x6986, 0x6b00].map(nameOfStatusWord),
    ).toEqual([
      "NO_ERROR",
      "CONDITIONS_NOT_SATISFIED",
      "WRONG_DATA",
      "WRONG_LENGTH",
      "CLA_NOT_SUPPORTED",
      "INS_NOT_SUPPORTED",
      "OTHER",
      "COMMAND_NOT_ALLOWED",
      "0x6b00",
    ]);
  });

  test("make errors that keep the number", () => {
    const error = new U2fError("register", 0x6a80);
    expect(error.toJSON()).toMatchObject({
      code: "SW_WRONG_DATA",
      statusWord: 0x6a80,
      instruction: "register",
      aftermath: "none",
    });
  });
});
