import { encodeCbor } from "../cbor/encode.js";
import type { CborKey, CborMap, CborValue } from "../cbor/value.js";
import { concat } from "../core/bytes.js";
import { CtapCommand } from "../ctap/command.js";
import { type PinProtocol, pinProtocol } from "../ctap/client/pin-protocol.js";
import { encodePin, hashPin, padPin } from "../ctap/client/pin.js";
import { ClientPinSubcommand } from "../ctap/messages/client-pin.js";
import { type CoseKey, fromCoseMap, toCoseMap } from "../ctap/messages/cose.js";
import { type Answer, bytesIn, describeAnswer, expectMap, isOk } from "./answer.js";
import type { Bench } from "./bench.js";
import { CheckFailure, Inconclusive, NotApplicable } from "./verdict.js";

/** A shared secret with the device. Secret. */
export interface Secret {
  readonly protocol: PinProtocol;
  readonly keyAgreement: CoseKey;
  readonly sharedSecret: Uint8Array;
}

/** A pinUvAuthToken of the device. Secret. */
export interface Token {
  readonly version: 1 | 2;
  readonly authenticate: (message: Uint8Array) => Uint8Array;
}

/** Members of a clientPIN request. */
export const PIN_MEMBER = {
  pinUvAuthProtocol: 1,
  subCommand: 2,
  keyAgreement: 3,
  pinUvAuthParam: 4,
  newPinEnc: 5,
  pinHashEnc: 6,
  permissions: 9,
  rpId: 10,
} as const;

const M = PIN_MEMBER;

/** PIN/UV auth protocols of the device that are known here, in its order. */
export function protocolsOf(bench: Bench): readonly (1 | 2)[] {
  const listed = bench.info.pinUvAuthProtocols ?? [1];
  return listed.filter((version): version is 1 | 2 => version === 1 || version === 2);
}

/** @throws {NotApplicable} when the device speaks no protocol that is known here. */
export function firstProtocol(bench: Bench): 1 | 2 {
  const [first] = protocolsOf(bench);
  if (first === undefined) throw new NotApplicable("the device names no PIN/UV auth protocol 1 or 2");
  return first;
}

export function clientPin(
  bench: Bench,
  subCommand: number,
  members: readonly (readonly [number, CborValue])[] = [],
  options: Parameters<Bench["send"]>[2] = {},
): Promise<Answer> {
  return bench.send(CtapCommand.clientPin, new Map([[M.subCommand, subCommand], ...members]), options);
}

/** Agrees on a secret. @throws {Inconclusive} when the device gives no usable key. */
export async function agree(bench: Bench, version: 1 | 2 = firstProtocol(bench)): Promise<Secret> {
  const answer = await clientPin(bench, ClientPinSubcommand.getKeyAgreement, [
    [M.pinUvAuthProtocol, version],
  ]);
  if (!isOk(answer)) throw new Inconclusive(`getKeyAgreement answered ${describeAnswer(answer)}`);
  const protocol = pinProtocol(version, bench.env.crypto);
  try {
    const key = fromCoseMap(expectMap(answer).get(1) as CborMap);
    return { protocol, ...protocol.encapsulate(bench.env.entropy, key) };
  } catch (error) {
    throw new Inconclusive(`getKeyAgreement gave no usable key: ${String(error)}`);
  }
}

export const keyMember = ({ keyAgreement }: Secret) => [M.keyAgreement, toCoseMap(keyAgreement)] as const;

/** LEFT(SHA-256(PIN), 16), encrypted. */
export function encryptedHash(bench: Bench, secret: Secret, pin: string): Uint8Array {
  const hash = hashPin(bench.env.crypto, encodePin(pin));
  return secret.protocol.encrypt(secret.sharedSecret, hash, bench.env.entropy);
}

/** The PIN padded to 64 bytes, encrypted; `padded` in place of it where a check sends another length. */
export function encryptedPin(bench: Bench, secret: Secret, padded: Uint8Array): Uint8Array {
  return secret.protocol.encrypt(secret.sharedSecret, padded, bench.env.entropy);
}

/** Sends setPIN with these bytes in place of the padded PIN. */
export async function setPaddedPin(bench: Bench, padded: Uint8Array, version?: 1 | 2): Promise<Answer> {
  const secret = await agree(bench, version);
  const newPinEnc = encryptedPin(bench, secret, padded);
  return clientPin(bench, ClientPinSubcommand.setPin, [
    [M.pinUvAuthProtocol, secret.protocol.version],
    keyMember(secret),
    [M.pinUvAuthParam, secret.protocol.authenticate(secret.sharedSecret, newPinEnc)],
    [M.newPinEnc, newPinEnc],
  ]);
}

export function setPin(bench: Bench, pin: string, version?: 1 | 2): Promise<Answer> {
  return setPaddedPin(bench, padPin(encodePin(pin)), version);
}

export async function changePin(
  bench: Bench,
  { from, to, version }: { readonly from: string; readonly to: string; readonly version?: 1 | 2 },
): Promise<Answer> {
  const secret = await agree(bench, version);
  const newPinEnc = encryptedPin(bench, secret, padPin(encodePin(to)));
  const pinHashEnc = encryptedHash(bench, secret, from);
  return clientPin(bench, ClientPinSubcommand.changePin, [
    [M.pinUvAuthProtocol, secret.protocol.version],
    keyMember(secret),
    [M.pinUvAuthParam, secret.protocol.authenticate(secret.sharedSecret, concat(newPinEnc, pinHashEnc))],
    [M.newPinEnc, newPinEnc],
    [M.pinHashEnc, pinHashEnc],
  ]);
}

export interface TokenOptions {
  readonly permissions: number;
  readonly rpId?: string | undefined;
  readonly version?: 1 | 2 | undefined;
  /** The PIN that is known unless given. */
  readonly pin?: string | undefined;
  /** The way of CTAP 2.0, without permissions, also where there is another. */
  readonly legacy?: boolean | undefined;
}

/** Asks for a token by PIN. */
export async function askToken(
  bench: Bench,
  options: TokenOptions,
): Promise<{ readonly answer: Answer; readonly secret: Secret }> {
  const pin = options.pin ?? bench.knownPin;
  if (pin === undefined) throw new NotApplicable("no PIN is known");
  const secret = await agree(bench, options.version);
  const legacy = options.legacy ?? bench.info.options?.["pinUvAuthToken"] !== true;
  const { getPinToken, getPinUvAuthTokenUsingPinWithPermissions } = ClientPinSubcommand;
  const answer = await clientPin(bench, legacy ? getPinToken : getPinUvAuthTokenUsingPinWithPermissions, [
    [M.pinUvAuthProtocol, secret.protocol.version],
    keyMember(secret),
    [M.pinHashEnc, encryptedHash(bench, secret, pin)],
    ...(legacy ? [] : [[M.permissions, options.permissions] as const]),
    ...(legacy || options.rpId === undefined ? [] : [[M.rpId, options.rpId] as const]),
  ]);
  return { answer, secret };
}

/** @throws {Inconclusive} when the device gives none. */
export async function tokenFor(bench: Bench, options: TokenOptions): Promise<Token> {
  const { answer, secret } = await askToken(bench, options);
  return tokenIn(answer, secret);
}

/** @throws {Inconclusive} for an answer without a token. */
export function tokenIn(answer: Answer, { protocol, sharedSecret }: Secret): Token {
  if (!isOk(answer)) throw new Inconclusive(`no token was given: ${describeAnswer(answer)}`);
  try {
    const token = protocol.decrypt(sharedSecret, bytesIn(expectMap(answer), 2, "pinUvAuthToken"));
    if (token === undefined) throw new Inconclusive("the token cannot be decrypted");
    return { version: protocol.version, authenticate: (message) => protocol.authenticate(token, message) };
  } catch (error) {
    if (error instanceof CheckFailure) throw new Inconclusive("the answer holds no token");
    throw error;
  }
}

/** PIN tries left. @throws {Inconclusive} */
export async function retriesOf(bench: Bench): Promise<number> {
  const answer = await clientPin(bench, ClientPinSubcommand.getPinRetries, [
    [M.pinUvAuthProtocol, firstProtocol(bench)],
  ]);
  const retries = isOk(answer) ? expectMap(answer).get(3) : undefined;
  if (typeof retries !== "number") throw new Inconclusive("the device does not tell its PIN retries");
  return retries;
}

/** A PIN of this device's length that is not `pin`. */
export function otherPin(pin: string): string {
  return pin.replace(/.$/u, (last) => (last === "7" ? "3" : "7"));
}

/**
 * Sends a command of subcommands, signed with a token.
 *
 * @param signed what stands before the parameters in the message that is signed: each command has its own.
 */
export function sendSigned(
  bench: Bench,
  command: number,
  { subCommand, params, signed, token }: SignedSubcommand,
): Promise<Answer> {
  const message = concat(signed, params ? encodeCbor(params) : new Uint8Array(0));
  const members: readonly (readonly [CborKey, CborValue])[] = [
    [1, subCommand],
    ...(params ? [[2, params] as const] : []),
    [3, token.version],
    [4, token.authenticate(message)],
  ];
  return bench.send(command, new Map(members));
}

export interface SignedSubcommand {
  readonly subCommand: number;
  readonly params?: ReadonlyMap<CborKey, CborValue> | undefined;
  readonly signed: Uint8Array;
  readonly token: Token;
}

/** Members of a request that carries an empty pinUvAuthParam, which asks for a touch. @param param key of pinUvAuthParam. */
export const emptyParam = (bench: Bench, param: number) =>
  [
    [param, new Uint8Array(0)],
    [param + 1, bench.info.pinUvAuthProtocols?.[0] ?? 1],
  ] as const;

/** Members of a request that carries a pinUvAuthParam of zeros. @param param key of pinUvAuthParam. */
export function zeroParam(bench: Bench, param: number) {
  const protocol = bench.info.pinUvAuthProtocols?.[0] ?? 1;
  return [
    [param, new Uint8Array(protocol === 1 ? 16 : 32)],
    [param + 1, protocol],
  ] as const;
}

/** A token whose parameters are changed on their way to the device. */
export const altered = (token: Token, change: (param: Uint8Array) => Uint8Array): Token => ({
  ...token,
  authenticate: (message) => change(token.authenticate(message)),
});
