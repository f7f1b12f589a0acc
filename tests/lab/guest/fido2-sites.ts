import assert from "node:assert/strict";
import { openUsbDevice } from "../../../src/entry/hid.js";
import { Fido2Bench, PIN } from "./fido2-bench.js";
import { failToLogin, failToMake, login, make, verify, verifyLogin } from "./fido2-site.js";
import { succeed } from "./fido2-tool.js";
import { KeyOfThisMachine, PROMPT } from "./key-of-this-machine.js";
import { refusalOf } from "./refusal-of.js";

const bench = await Fido2Bench.setUp();
await bench.setPin();
await signingIn(bench);
await extensions(bench);
await hands(bench);
await u2f(bench);
process.exit();

async function signingIn(bench: Fido2Bench): Promise<void> {
  for (const type of ["es256", "es384", "eddsa"]) {
    await bench.recorder.check(`fido2-cred and fido2-assert make and use an ${type} key`, async () => {
      const created = await make({ path: bench.path, type, pins: [PIN] });
      const pem = await verify(created);
      await verifyLogin(await login({ path: bench.path, id: created.id }), { pem, type });
      await verifyLogin(await login({ path: bench.path, id: created.id, options: ["-p"] }), {
        pem,
        type,
        options: ["-p"],
      });
    });
  }

  await bench.recorder.check("fido2-assert -V refuses the signature of another key", async () => {
    const [one, other] = [
      await make({ path: bench.path, pins: [PIN] }),
      await make({ path: bench.path, pins: [PIN] }),
    ];
    const lines = await login({ path: bench.path, id: one.id });
    await verifyLogin(lines, { pem: await verify(one) });
    await assert.rejects(verifyLogin(lines, { pem: await verify(other) }), /FIDO_ERR_INVALID_SIG/);
  });

  await bench.recorder.check("fido2-cred -v and fido2-assert -v verify the user by PIN", async () => {
    const created = await make({ path: bench.path, options: ["-v"], pins: [PIN] });
    const pem = await verify(created, ["-v"]);
    const lines = await login({ path: bench.path, id: created.id, options: ["-v"], pins: [PIN] });
    await verifyLogin(lines, { pem, options: ["-v"] });
    const without = await login({ path: bench.path, id: created.id });
    await assert.rejects(verifyLogin(without, { pem, options: ["-v"] }));
  });

  await bench.recorder.check("fido2-cred -r without the PIN is refused", async () => {
    assert.match(await failToMake({ path: bench.path, options: ["-r", "-q"] }), /FIDO_ERR_PIN_REQUIRED/);
  });

  await bench.recorder.check("fido2-assert -r offers each account, the newest first", async () => {
    for (const user of ["ada", "bob", "carol"]) {
      await make({ path: bench.path, options: ["-r"], rp: "accounts.example", user, pins: [PIN] });
    }
    const lines = await login({
      path: bench.path,
      rp: "accounts.example",
      options: ["-r", "-v"],
      pins: [PIN],
    });
    const users = lines.filter((_, index) => index % 5 === 4);
    assert.deepEqual(
      users.map((user) => Buffer.from(user, "base64").toString()),
      ["id-of-carol", "id-of-bob", "id-of-ada"],
    );
  });

  await bench.recorder.check("fido2-assert at a site the key does not know finds nothing", async () => {
    const error = await failToLogin({ path: bench.path, rp: "unknown.example", options: ["-r"] });
    assert.equal(error, "FIDO_ERR_NO_CREDENTIALS");
  });
}

async function extensions(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check("fido2-assert -h gives the same secret for the same salt", async () => {
    const created = await make({ path: bench.path, options: ["-h"], pins: [PIN] });
    await verify(created, ["-h"]);
    const secretOf = async (fill: number) => {
      const salt = new Uint8Array(32).fill(fill);
      return (await login({ path: bench.path, id: created.id, options: ["-h"], salt })).at(-1);
    };
    const secret = await secretOf(1);
    assert.equal(Buffer.from(secret ?? "", "base64").length, 32);
    assert.equal(await secretOf(1), secret);
    assert.notEqual(await secretOf(2), secret);
  });

  await bench.recorder.check(
    "fido2-cred -c 2 hides an account without a list, -c 3 without the PIN",
    async () => {
      const at = { path: bench.path, rp: "protected.example" };
      const two = await make({ ...at, options: ["-r", "-c", "2"], pins: [PIN] });
      await verify(two, ["-c", "2"]);
      assert.equal(await failToLogin({ ...at, options: ["-r"] }), "FIDO_ERR_NO_CREDENTIALS");
      await login({ ...at, id: two.id });
      const three = await make({ ...at, options: ["-r", "-c", "3"], user: "bob", pins: [PIN] });
      assert.equal(await failToLogin({ ...at, id: three.id }), "FIDO_ERR_NO_CREDENTIALS");
      await login({ ...at, id: three.id, options: ["-v"], pins: [PIN] });
    },
  );

  await bench.recorder.check("fido2-assert -b hands over the blob's key", async () => {
    const created = await make({
      path: bench.path,
      options: ["-r", "-b"],
      rp: "blobkey.example",
      pins: [PIN],
    });
    const lines = await login({ path: bench.path, rp: "blobkey.example", id: created.id, options: ["-b"] });
    assert.equal(lines.at(-1), created.lines.at(-1));
    assert.equal(Buffer.from(lines.at(-1) ?? "", "base64").length, 32);
  });
}

async function hands(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check("fido2-cred hears that nobody wants to", async () => {
    bench.key.behaviour = { refuses: true };
    assert.equal(await failToMake({ path: bench.path }), "FIDO_ERR_OPERATION_DENIED");
    bench.key.behaviour = PROMPT;
  });

  await bench.recorder.check("fido2-cred ends when the key is pulled out while it waits", async () => {
    bench.key.behaviour = { walksAway: true };
    bench.recorder.once(
      ({ kind }) => kind === "user.prompted",
      () => void bench.key.exposed.unplug(),
    );
    assert.match(await failToMake({ path: bench.path }), /FIDO_ERR_(RX|TX|INTERNAL)/);
    bench.key.behaviour = PROMPT;
    await bench.powerCycle();
  });

  await bench.recorder.check(
    "fido2-cred killed while it waits leaves the key busy, until it is pulled out",
    async () => {
      bench.key.behaviour = { walksAway: true };
      const kill = new AbortController();
      bench.recorder.once(
        ({ kind }) => kind === "user.prompted",
        () => kill.abort(),
      );
      await failToMake({ path: bench.path }, { signal: kill.signal });
      const device = await openUsbDevice(bench.key.env, bench.path, { busyPatienceMs: 300 });
      const busy = await refusalOf(device.transact(Uint8Array.of(4)));
      assert.deepEqual(busy, { code: "CHANNEL_BUSY", aftermath: "none" });
      await device[Symbol.asyncDispose]();
      bench.key.behaviour = PROMPT;
      await bench.powerCycle();
      await make({ path: bench.path });
    },
  );
}

async function u2f(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check("fido2-cred -u and fido2-assert -u use a key from before CTAP2", async () => {
    const old = await KeyOfThisMachine.plugIn(bench.recorder, { profile: "u2f-only", serial: "lab-3" });
    const { path: at } = await old.listed();
    assert.equal((await succeed("fido2-token", ["-L"])).length, 2);
    const created = await make({ path: at, options: ["-u"] });
    assert.equal(created.lines[2], "fido-u2f");
    const pem = await verify(created);
    await verifyLogin(await login({ path: at, id: created.id, options: ["-u", "-p"] }), {
      pem,
      options: ["-p"],
    });
    await old.exposed[Symbol.asyncDispose]();
  });
}
