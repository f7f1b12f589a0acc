import type { CborKey, CborMap, CborValue } from "../cbor/value.js";
import { concat } from "../core/bytes.js";
import { isHarnessError } from "../core/errors.js";
import { CtapCommand } from "../ctap/command.js";
import { type AuthenticatorData, parseAuthenticatorData } from "../ctap/messages/authenticator-data.js";
import { Permission } from "../ctap/messages/client-pin.js";
import { verifySignature, type CoseKey } from "../ctap/messages/cose.js";
import { type Answer, bytesIn, describeAnswer, expectMap, isOk } from "./answer.js";
import type { Bench, CallOptions, Parameters } from "./bench.js";
import { tokenFor } from "./pin.js";
import { CheckFailure, Inconclusive, NotApplicable } from "./verdict.js";

/** What differs from a plain request; members by their keys, `undefined` takes one out. */
export interface Changes {
  readonly members?: readonly (readonly [CborKey, CborValue | undefined])[] | undefined;
  readonly rpId?: string | undefined;
  readonly rk?: boolean | undefined;
  readonly up?: boolean | undefined;
  readonly extensions?: readonly (readonly [string, CborValue])[] | undefined;
  /** Credential ids, for excludeList or allowList. */
  readonly list?: readonly Uint8Array[] | undefined;
  readonly userId?: Uint8Array | undefined;
  /** `default`: as the device demands it; `none`: neither token nor `uv`. */
  readonly auth?: "default" | "none" | undefined;
}

export const descriptor = (id: Uint8Array): CborMap =>
  new Map<CborKey, CborValue>([
    ["id", id],
    ["type", "public-key"],
  ]);

export const parameter = (alg: CborValue, type: CborValue = "public-key"): CborMap =>
  new Map<CborKey, CborValue>([
    ["alg", alg],
    ["type", type],
  ]);

/** COSE algorithm that the device names first. */
export function firstAlgorithm({ info }: Bench): number {
  return info.algorithms?.[0]?.alg ?? -7;
}

/** The smallest makeCredential that a device has to accept. */
export function plainMake(bench: Bench, rpId = bench.freshRpId()): Map<CborKey, CborValue> {
  return new Map<CborKey, CborValue>([
    [1, bench.hash()],
    [
      2,
      new Map([
        ["id", rpId],
        ["name", "Conformance"],
      ]),
    ],
    [
      3,
      new Map<CborKey, CborValue>([
        ["id", bench.hash()],
        ["name", "user"],
        ["displayName", "User"],
      ]),
    ],
    [4, [parameter(firstAlgorithm(bench))]],
  ]);
}

/** The smallest getAssertion. */
export function plainGet(bench: Bench, rpId = bench.freshRpId()): Map<CborKey, CborValue> {
  return new Map<CborKey, CborValue>([
    [1, rpId],
    [2, bench.hash()],
  ]);
}

/** How the device lets a user be verified now. */
function verification(bench: Bench): "token" | "uv" | "none" {
  const options = bench.info.options ?? {};
  if (options["clientPin"] === true && options["noMcGaPermissionsWithClientPin"] !== true) {
    if (bench.knownPin !== undefined) return "token";
    if (options["uv"] !== true) throw new NotApplicable("the device has a PIN that was not given");
  }
  if (options["uv"] === true) return "uv";
  if (options["alwaysUv"] === true)
    throw new NotApplicable("the device always verifies, and nobody is enrolled");
  return "none";
}

async function authenticated(
  bench: Bench,
  parameters: Map<CborKey, CborValue>,
  keys: {
    readonly permission: number;
    readonly hash: number;
    readonly options: number;
    readonly param: number;
  },
  { rpId, changes }: { readonly rpId: string; readonly changes: Changes },
): Promise<void> {
  const options = new Map<CborKey, CborValue>();
  if (changes.rk !== undefined) options.set("rk", changes.rk);
  if (changes.up !== undefined) options.set("up", changes.up);
  if (changes.auth !== "none") {
    const kind = verification(bench);
    if (kind === "uv") options.set("uv", true);
    if (kind === "token") {
      const token = await tokenFor(bench, { permissions: keys.permission, rpId });
      parameters.set(keys.param, token.authenticate(parameters.get(keys.hash) as Uint8Array));
      parameters.set(keys.param + 1, token.version);
    }
  }
  if (options.size > 0) parameters.set(keys.options, options);
}

function changed(parameters: Map<CborKey, CborValue>, members: Changes["members"] = []): Parameters {
  for (const [key, value] of members) {
    if (value === undefined) parameters.delete(key);
    else parameters.set(key, value);
  }
  return parameters;
}

/** Builds a makeCredential that the device has to accept, but for the changes. */
export async function makeRequest(bench: Bench, changes: Changes = {}): Promise<Parameters> {
  const rpId = changes.rpId ?? bench.freshRpId();
  const parameters = plainMake(bench, rpId);
  if (changes.userId) {
    parameters.set(
      3,
      new Map<CborKey, CborValue>([
        ["id", changes.userId],
        ["name", "user"],
        ["displayName", "User"],
      ]),
    );
  }
  if (changes.list) parameters.set(5, changes.list.map(descriptor));
  if (changes.extensions) parameters.set(6, new Map(changes.extensions));
  const keys = { permission: Permission.makeCredential, hash: 1, options: 7, param: 8 };
  await authenticated(bench, parameters, keys, { rpId, changes });
  return changed(parameters, changes.members);
}

export async function getRequest(
  bench: Bench,
  changes: Changes & { readonly rpId: string },
): Promise<Parameters> {
  const { rpId } = changes;
  const parameters = plainGet(bench, rpId);
  if (changes.list) parameters.set(3, changes.list.map(descriptor));
  if (changes.extensions) parameters.set(4, new Map(changes.extensions));
  const keys = { permission: Permission.getAssertion, hash: 2, options: 5, param: 6 };
  await authenticated(bench, parameters, keys, { rpId, changes });
  return changed(parameters, changes.members);
}

/** A credential that was made for a check. */
export interface Created {
  readonly answer: Answer;
  readonly map: CborMap;
  readonly rpId: string;
  readonly hash: Uint8Array;
  readonly authData: Uint8Array;
  readonly data: AuthenticatorData;
  readonly id: Uint8Array;
  readonly publicKey: CoseKey;
}

const TOUCH: CallOptions = { gesture: "touch" };

export async function sendMake(
  bench: Bench,
  changes: Changes = {},
  options: CallOptions = TOUCH,
): Promise<Answer> {
  return bench.send(CtapCommand.makeCredential, await makeRequest(bench, changes), options);
}

export async function sendGet(
  bench: Bench,
  changes: Changes & { readonly rpId: string },
  options: CallOptions = TOUCH,
): Promise<Answer> {
  return bench.send(CtapCommand.getAssertion, await getRequest(bench, changes), options);
}

/** Makes a credential that a check works with. @throws {Inconclusive} when the device makes none. */
export async function create(bench: Bench, changes: Changes = {}): Promise<Created> {
  const rpId = changes.rpId ?? bench.freshRpId();
  const parameters = await makeRequest(bench, { ...changes, rpId });
  const answer = await bench.send(CtapCommand.makeCredential, parameters, TOUCH);
  if (!isOk(answer)) throw new Inconclusive(`no credential was made: ${describeAnswer(answer)}`);
  try {
    return { ...readCreated(answer), rpId, hash: parameters.get(1) as Uint8Array };
  } catch (error) {
    throw new Inconclusive(`the credential cannot be read: ${messageOf(error)}`);
  }
}

function readCreated(answer: Answer): Omit<Created, "rpId" | "hash"> {
  const map = expectMap(answer);
  const authData = bytesIn(map, 2, "authData");
  const data = parseAuthenticatorData(authData);
  const attested = data.attested;
  if (attested === undefined) throw new Inconclusive("no attested credential data");
  return { answer, map, authData, data, id: attested.credentialId, publicKey: attested.publicKey };
}

export interface Asserted {
  readonly answer: Answer;
  readonly map: CborMap;
  readonly authData: Uint8Array;
  readonly data: AuthenticatorData;
  readonly signature: Uint8Array;
  readonly hash: Uint8Array;
}

/** Reads an assertion. @throws {CheckFailure} when it is none. */
export function readAsserted(answer: Answer, hash: Uint8Array): Asserted {
  const map = expectMap(answer);
  const authData = bytesIn(map, 2, "authData");
  try {
    const data = parseAuthenticatorData(authData);
    return { answer, map, authData, data, hash, signature: bytesIn(map, 3, "signature") };
  } catch (error) {
    if (error instanceof CheckFailure || !isHarnessError(error)) throw error;
    throw new CheckFailure({ expected: "authenticator data", seen: messageOf(error) });
  }
}

/** Signs in with a credential. @throws {CheckFailure} when the device does not, or what it says cannot be read. */
export async function assertWith(
  bench: Bench,
  changes: Changes & { readonly rpId: string },
  options: CallOptions = TOUCH,
): Promise<Asserted> {
  const parameters = await getRequest(bench, changes);
  const answer = await bench.send(CtapCommand.getAssertion, parameters, options);
  return readAsserted(answer, parameters.get(2) as Uint8Array);
}

/** Whether the assertion is signed by the credential's key. */
export function isSignedBy(
  bench: Bench,
  publicKey: CoseKey,
  { authData, hash, signature }: Asserted,
): boolean {
  try {
    return verifySignature(publicKey, concat(authData, hash), signature, bench.env.crypto);
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
