import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import {
  ClientPinSubcommand as Sub,
  encodeClientPinRequest,
  parseClientPinResponse,
  Permission,
} from "../../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, bodyOf, CLIENT_DATA_HASH, PIN, RP_ID } from "./bench-key.js";

const user = (name: string) => ({ user: { id: utf8(name), name, displayName: name } });

/** A key with a PIN, and a token that was earned with it. */
async function pinned(name: string) {
  const bench = await new BenchKey({ profile: profileNamed(name) }).setPin();
  const session = await bench.session();
  const earn = () =>
    bench.run(session.pinUvAuthToken({ pin: PIN, permissions: Permission.makeCredential, rpId: RP_ID }));
  const token = await earn();
  const proof = {
    pinUvAuthParam: token.authenticate(CLIENT_DATA_HASH),
    pinUvAuthProtocol: token.protocol,
  };
  return { bench, session, token, earn, proof };
}

describe.each(["ctap20", "solo1", "opensk", "swissbit-ishield"])("CTAP 2.0 key %s", (name) => {
  test("one pinToken serves any number of commands, sites and minutes", async () => {
    const { bench, proof } = await pinned(name);
    expect(await bench.make({ ...proof, ...user("a") })).toBe(CtapStatus.OK);
    await bench.env.clock.advance(3_600_000);
    expect(await bench.make({ ...proof, ...user("b"), rp: { id: "other.example", name: "Other" } })).toBe(
      CtapStatus.OK,
    );
    expect(await bench.get(proof)).not.toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("another getPinToken gives the same one", async () => {
    const { bench, token, earn, proof } = await pinned(name);
    expect((await earn()).token).toEqual(token.token);
    expect(await bench.make(proof)).toBe(CtapStatus.OK);
  });

  test("it ends with the power, and with the PIN", async () => {
    const { bench, session, proof } = await pinned(name);
    await bench.run(session.changePin({ from: PIN, to: "27182818" }));
    expect(await bench.make(proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
    const other = await pinned(name);
    other.bench.key.powerCycle();
    expect(await other.bench.make(other.proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("up in makeCredential is INVALID_OPTION, whatever its value", async () => {
    const { bench, proof } = await pinned(name);
    for (const up of [true, false]) {
      expect(await bench.make({ ...proof, options: { up } })).toBe(CtapStatus.INVALID_OPTION);
    }
  });

  test("getPinRetries without protocol is MISSING_PARAMETER", async () => {
    const { bench } = await pinned(name);
    const request = { subCommand: Sub.getPinRetries };
    expect(await bench.status(encodeClientPinRequest(request))).toBe(CtapStatus.MISSING_PARAMETER);
    const protocol = { pinUvAuthProtocol: 1 };
    expect(await bench.status(encodeClientPinRequest({ ...request, ...protocol }))).toBe(CtapStatus.OK);
  });

  test("it does not say powerCycleState, blocked or not", async () => {
    const { bench, session } = await pinned(name);
    for (let n = 0; n < 3; n++) {
      const wrong = { pin: "99999999", permissions: Permission.makeCredential };
      await bench.run(session.pinUvAuthToken(wrong)).catch(() => undefined);
    }
    const request = encodeClientPinRequest({ subCommand: Sub.getPinRetries, pinUvAuthProtocol: 1 });
    expect(parseClientPinResponse(bodyOf(await bench.send(request)))).toEqual({ pinRetries: 5 });
  });

  test("authenticatorSelection is INVALID_COMMAND", async () => {
    const { bench } = await pinned(name);
    expect(await bench.status(Uint8Array.of(CtapCommand.selection))).toBe(CtapStatus.INVALID_COMMAND);
  });
});

describe("CTAP 2.1 key", () => {
  test("a token is used up by one credential, up: true is accepted, selection is answered", async () => {
    const { bench, proof } = await pinned("generic");
    expect(await bench.make({ ...proof, options: { up: true } })).toBe(CtapStatus.OK);
    expect(await bench.make(proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
    expect(await bench.status(Uint8Array.of(CtapCommand.selection))).toBe(CtapStatus.OK);
  });
});

test("a key without PIN agrees on a key for the salts of hmac-secret, and on nothing else", async () => {
  const bench = new BenchKey({ profile: profileNamed("trezor") });
  const ask = (subCommand: number) =>
    bench.status(encodeClientPinRequest({ subCommand, pinUvAuthProtocol: 1 }));
  expect(await ask(Sub.getKeyAgreement)).toBe(CtapStatus.OK);
  expect(await ask(Sub.getPinRetries)).not.toBe(CtapStatus.OK);
});
