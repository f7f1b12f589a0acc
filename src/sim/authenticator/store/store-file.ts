import { decodeCbor } from "../../../cbor/decode.js";
import { encodeCbor } from "../../../cbor/encode.js";
import { CborError, type CborValue } from "../../../cbor/value.js";
import { toBase64url, toHex } from "../../../core/bytes.js";
import { HarnessError } from "../../../core/errors.js";
import type { DeviceMemory, CredentialSource, StoreSnapshot } from "./credential-store.js";
import { dottedPath } from "../../../core/place.js";
import { readAs } from "../../../core/read-shape.js";
import { shape } from "../../../core/shape.js";

/** Raised when a file of before cannot be read as one of now. */
const SCHEMA = 1;

/** A store file that is none; the message names the member, never what is in it. */
export class StoreError extends HarnessError<"STORE_SCHEMA" | "STORE_MALFORMED"> {}

const { text, integer, flag, bytes } = shape;

/** What extensions keep: canonical CBOR as hex, because it may be any value. */
const extensionValues = shape.custom<ReadonlyMap<string, CborValue>>((value, place) => {
  const encoded = shape.hex.read(value, place);
  if (!(encoded instanceof Uint8Array)) return undefined;
  try {
    const map = decodeCbor(encoded);
    if (map instanceof Map && [...map.keys()].every((key) => typeof key === "string")) {
      return map as ReadonlyMap<string, CborValue>;
    }
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  place.badValue("not a CBOR map with names as keys");
  return undefined;
});

const CREDENTIAL = shape.object(
  {
    id: bytes,
    rpId: text,
    userId: bytes,
    alg: integer,
    secretKey: bytes,
    discoverable: flag,
    createdAtEpochMs: integer,
    serial: integer,
    signCount: integer,
    extensions: extensionValues,
  },
  { rpName: text, userName: text, userDisplayName: text, backedUp: flag },
);

const MEMORY = shape.object(
  {},
  {
    wrappingKey: bytes,
    pinHash: bytes,
    pinCodePoints: integer,
    pinRetries: integer,
    uvRetries: integer,
    uvConfigured: flag,
    forcePinChange: flag,
    minPinLength: integer,
    alwaysUv: flag,
    enterpriseAttestation: flag,
    minPinLengthRpIds: shape.list(text),
    pinComplexityPolicy: flag,
    pinIsComplex: flag,
    longTouchForReset: flag,
    uvCountSincePin: integer,
    deviceIdentifier: bytes,
    credentialStoreState: bytes,
    persistentToken: bytes,
    signCounter: integer,
    nextSerial: integer,
    more: extensionValues,
  },
);

const FILE = shape.object({ schema: integer, credentials: shape.list(CREDENTIAL), memory: MEMORY }, {});

/** A store as the text of a JSON file. Holds private keys in the clear: keep it where only its owner reads. */
export function encodeStore({ credentials, memory }: StoreSnapshot): string {
  const file = {
    schema: SCHEMA,
    credentials: credentials.map(encodeMembers),
    memory: encodeMembers(memory),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * The inverse of {@link encodeStore}, after `JSON.parse`.
 *
 * @throws {StoreError} `STORE_SCHEMA` for a file of another version; `STORE_MALFORMED`.
 */
export function parseStore(json: unknown): StoreSnapshot {
  const schema: unknown =
    typeof json === "object" && json !== null && "schema" in json ? json.schema : undefined;
  if (schema !== undefined && schema !== SCHEMA) {
    throw new StoreError("STORE_SCHEMA", "the store file is of another version", {
      hint: `This version reads schema ${SCHEMA}.`,
    });
  }
  const { credentials, memory } = readAs(FILE, json, {
    codes: {
      unknownMember: "STORE_MALFORMED",
      missingMember: "STORE_MALFORMED",
      wrongType: "STORE_MALFORMED",
      badValue: "STORE_MALFORMED",
    },
    at: "store file",
    toError: ({ code, path, text, hint }) =>
      new StoreError(code, `${dottedPath(path)}: ${text}`, hint === undefined ? {} : { hint }),
  });
  return { credentials, memory };
}

function encodeMembers(record: CredentialSource | DeviceMemory): object {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]: [string, unknown]) => {
      if (value instanceof Uint8Array) return [name, toBase64url(value)];
      return [name, value instanceof Map ? toHex(encodeCbor(value as Map<string, CborValue>)) : value];
    }),
  );
}
