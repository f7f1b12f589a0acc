import assert from "node:assert/strict";
import { profileNamed, seededEntropy } from "../../../src/entry/sim.js";
import { Fido2Bench, PIN, TOKEN, withPin } from "./fido2-bench.js";
import { failToMake, make, verify } from "./fido2-site.js";
import { base64, contentOf, fail, fileOf, succeed } from "./fido2-tool.js";
import { KeyOfThisMachine } from "./key-of-this-machine.js";

const RP = "example.com";

const bench = await Fido2Bench.setUp();
await gettingToKnow(bench);
await settingThePin(bench);
await managingAccounts(bench);
await largeBlobs(bench);
await settings(bench);
await fingerprints(bench);
await otherMakes(bench);
await blockingAndReset(bench);
process.exit();

async function gettingToKnow(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check("fido2-token -L lists the key", async () => {
    const lines = await succeed(TOKEN, ["-L"]);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", new RegExp(`^${bench.path}: vendor=0x1209, product=0x0001 `));
  });

  await bench.recorder.check("fido2-token -I reads what the key says of itself", async () => {
    const said = await bench.info();
    assert.match(said, /^proto: 0x02$/m);
    assert.match(said, /^version strings: FIDO_2_0, FIDO_2_1, FIDO_2_2, FIDO_2_3$/m);
    assert.match(said, /^aaguid: 7f1b0e5c2d344a6b9c8d0e1f2a3b4c23$/m);
    assert.match(said, /^maxmsgsiz: 1650$/m);
    assert.match(said, /^maxlargeblob: 4096$/m);
    assert.match(said, /^minpinlen: 4$/m);
    assert.match(said, /^remaining rk\(s\): 100$/m);
    assert.match(said, /noclientPin/);
  });
}

async function settingThePin(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check("fido2-token -S sets the PIN, and -C changes it", async () => {
    await succeed(TOKEN, ["-S", bench.path], { lines: ["2718281828", "2718281828"] });
    await succeed(TOKEN, ["-C", bench.path], { lines: ["2718281828", PIN, PIN] });
    const said = await bench.info();
    assert.match(said, /, clientPin/);
    assert.match(said, /^pin retries: 8$/m);
  });

  await bench.recorder.check(
    "fido2-token -C with a wrong PIN costs a try, and the right one gives it back",
    async () => {
      assert.equal(
        await fail(TOKEN, ["-C", bench.path], { lines: ["0000", PIN, PIN] }),
        "FIDO_ERR_PIN_INVALID",
      );
      assert.match(await bench.info(), /^pin retries: 7$/m);
      await succeed(TOKEN, ["-I", "-c", bench.path], withPin);
      assert.match(await bench.info(), /^pin retries: 8$/m);
    },
  );
}

async function managingAccounts(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check(
    "fido2-token -I -c, -L -r, -L -k and -I -k tell what is on the key",
    async () => {
      await make({ path: bench.path, options: ["-r"], user: "ada", pins: [PIN] });
      const bob = await make({ path: bench.path, options: ["-r"], user: "bob", pins: [PIN] });
      await make({ path: bench.path, options: ["-r"], rp: "example.org", pins: [PIN] });
      const metadata = await succeed(TOKEN, ["-I", "-c", bench.path], withPin);
      assert.deepEqual(metadata, ["existing rk(s): 3", "remaining rk(s): 97"]);
      const sites = await succeed(TOKEN, ["-L", "-r", bench.path], withPin);
      assert.deepEqual(
        sites.map((line) => line.split(" ").at(-1)),
        [RP, "example.org"],
      );
      const accounts = await succeed(TOKEN, ["-L", "-k", RP, bench.path], withPin);
      assert.equal(accounts.length, 2);
      assert.ok(accounts.some((line) => line.includes(bob.id) && line.includes("es256")));
      const one = await succeed(TOKEN, ["-I", "-k", RP, "-i", bob.id, bench.path], withPin);
      assert.ok(one.join("\n").includes("BEGIN PUBLIC KEY"));
    },
  );

  await bench.recorder.check("fido2-token -S -c renames an account, and -D -i deletes it", async () => {
    const rename = async (id: string) => {
      const user = base64(new TextEncoder().encode("id-of-carol"));
      const named = ["-n", "countess", "-p", "Ada Lovelace"];
      await succeed(TOKEN, ["-S", "-c", "-i", id, "-k", user, ...named, bench.path], withPin);
    };
    const carol = await make({ path: bench.path, options: ["-r"], user: "carol", pins: [PIN] });
    await rename(carol.id);
    const listed = () => succeed(TOKEN, ["-L", "-k", RP, bench.path], withPin);
    assert.ok((await listed()).some((line) => line.includes("Ada Lovelace")));
    await succeed(TOKEN, ["-D", "-i", carol.id, bench.path], withPin);
    assert.equal((await listed()).length, 2);
    assert.equal(bench.key.store.discoverableCount, 3);
  });

  await bench.recorder.check("fido2-token -I -c with a wrong PIN is refused", async () => {
    assert.equal(await fail(TOKEN, ["-I", "-c", bench.path], { lines: ["0000"] }), "FIDO_ERR_PIN_INVALID");
    await succeed(TOKEN, ["-I", "-c", bench.path], withPin);
  });
}

async function largeBlobs(bench: Fido2Bench): Promise<void> {
  // Incompressible, as libfido2 cannot seal what deflates to less than one block.
  const blob = seededEntropy("a blob").bytes(300);

  await bench.recorder.check(
    "fido2-token -S -b, -G -b, -L -b and -D -b keep a blob of a site's account",
    async () => {
      await make({ path: bench.path, options: ["-r", "-b"], rp: "blob.example", pins: [PIN] });
      await succeed(TOKEN, ["-S", "-b", "-n", "blob.example", fileOf(blob), bench.path], withPin);
      const read = fileOf("");
      await succeed(TOKEN, ["-G", "-b", "-n", "blob.example", read, bench.path], withPin);
      assert.deepEqual(contentOf(read), blob);
      const list = await succeed(TOKEN, ["-L", "-b", bench.path], withPin);
      // 300 bytes are 305 deflated, and 16 of a tag.
      assert.match(list.join("\n"), /^00: +321 +300 /m);
      await succeed(TOKEN, ["-D", "-b", "-n", "blob.example", bench.path], withPin);
      await fail(TOKEN, ["-G", "-b", "-n", "blob.example", read, bench.path], withPin);
    },
  );

  await bench.recorder.check(
    "fido2-token -S -b -k, -G -b -k and -D -b -k keep a blob under a key of its own",
    async () => {
      const secret = fileOf(base64(new Uint8Array(32).fill(9)));
      await succeed(TOKEN, ["-S", "-b", "-k", secret, fileOf(blob), bench.path], withPin);
      const read = fileOf("");
      await succeed(TOKEN, ["-G", "-b", "-k", secret, read, bench.path], withPin);
      assert.deepEqual(contentOf(read), blob);
      const other = fileOf(base64(new Uint8Array(32).fill(8)));
      await fail(TOKEN, ["-G", "-b", "-k", other, read, bench.path], withPin);
      await succeed(TOKEN, ["-D", "-b", "-k", secret, bench.path], withPin);
      await fail(TOKEN, ["-G", "-b", "-k", secret, read, bench.path], withPin);
    },
  );

  await bench.recorder.check("fido2-token -S -b writes a blob in several fragments", async () => {
    const secret = fileOf(base64(new Uint8Array(32).fill(6)));
    const long = seededEntropy("a long blob").bytes(3_500);
    await succeed(TOKEN, ["-S", "-b", "-k", secret, fileOf(long), bench.path], withPin);
    const read = fileOf("");
    await succeed(TOKEN, ["-G", "-b", "-k", secret, read, bench.path], withPin);
    assert.deepEqual(contentOf(read), long);
    await succeed(TOKEN, ["-D", "-b", "-k", secret, bench.path], withPin);
  });

  await bench.recorder.check("fido2-token -S -b refuses a blob that does not fit", async () => {
    const secret = fileOf(base64(new Uint8Array(32).fill(7)));
    const tooLong = seededEntropy("does not compress").bytes(5_000);
    const error = await fail(TOKEN, ["-S", "-b", "-k", secret, fileOf(tooLong), bench.path], withPin);
    assert.match(error, /FIDO_ERR_LARGEBLOB_STORAGE_FULL/);
  });
}

async function settings(bench: Fido2Bench): Promise<void> {
  const optionsLine = async () => /^options:.*$/m.exec(await bench.info())?.[0] ?? "";

  await bench.recorder.check("fido2-token -S -u wants the PIN every time, until -D -u", async () => {
    await succeed(TOKEN, ["-S", "-u", bench.path], withPin);
    assert.match(await optionsLine(), /[ ,]alwaysUv/);
    assert.match(await failToMake({ path: bench.path, options: ["-q"] }), /FIDO_ERR_PIN_REQUIRED/);
    await succeed(TOKEN, ["-D", "-u", bench.path], withPin);
    assert.match(await optionsLine(), /noalwaysUv/);
    await make({ path: bench.path, options: ["-q"] });
  });

  await bench.recorder.check("fido2-token -S -a switches enterprise attestation on", async () => {
    assert.match(await optionsLine(), /noep/);
    await succeed(TOKEN, ["-S", "-a", bench.path], withPin);
    assert.doesNotMatch(await optionsLine(), /noep/);
  });

  await bench.recorder.check("fido2-token -S -m tells sites the minimum length", async () => {
    await succeed(TOKEN, ["-S", "-m", `${RP},example.org`, bench.path], withPin);
  });

  await bench.recorder.check(
    "fido2-token -S -l makes a short PIN be changed, and does not go down",
    async () => {
      await succeed(TOKEN, ["-S", "-l", "9", bench.path], withPin);
      assert.match(await bench.info(), /^minpinlen: 9$/m);
      assert.match(
        await failToMake({ path: bench.path, options: ["-v"], pins: [PIN] }),
        /FIDO_ERR_PIN_POLICY_VIOLATION/,
      );
      const short = await fail(TOKEN, ["-C", bench.path], { lines: [PIN, PIN, PIN] });
      assert.match(short, /FIDO_ERR_PIN_POLICY_VIOLATION/);
      await succeed(TOKEN, ["-C", bench.path], { lines: [PIN, `${PIN}5`, `${PIN}5`] });
      const down = await fail(TOKEN, ["-S", "-l", "8", bench.path], { lines: [`${PIN}5`] });
      assert.match(down, /FIDO_ERR_PIN_POLICY_VIOLATION/);
    },
  );

  await bench.recorder.check("fido2-token -S -f forces a change of the PIN", async () => {
    const [old, fresh] = [`${PIN}5`, `${PIN}53`];
    await succeed(TOKEN, ["-S", "-f", bench.path], { lines: [old] });
    assert.match(
      await failToMake({ path: bench.path, options: ["-v"], pins: [old] }),
      /FIDO_ERR_PIN_POLICY_VIOLATION/,
    );
    await fail(TOKEN, ["-C", bench.path], { lines: [old, old, old] });
    await succeed(TOKEN, ["-C", bench.path], { lines: [old, fresh, fresh] });
    await make({ path: bench.path, options: ["-v"], pins: [fresh] });
  });
}

async function fingerprints(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check(
    "fido2-token -S -e, -L -e, -S -e -n and -D -e enrol, name and remove a finger",
    async () => {
      // libfido2 1.12 asks for fingerprints by the byte of their preview, whatever the key says.
      const options = { ...profileNamed("fingerprint").options, userVerificationMgmtPreview: true };
      const reader = await KeyOfThisMachine.plugIn(bench.recorder, {
        profile: "fingerprint",
        serial: "lab-2",
        different: { options },
      });
      const { path: at } = await reader.listed();
      await succeed(TOKEN, ["-S", at], { lines: [PIN, PIN] });
      const list = () => succeed(TOKEN, ["-L", "-e", at], withPin);
      await succeed(TOKEN, ["-S", "-e", at], withPin);
      const [finger = ""] = (await list()).slice(-1);
      const id = finger.split(" ")[1] ?? "";
      await succeed(TOKEN, ["-S", "-e", "-i", id, "-n", "thumb", at], withPin);
      assert.ok((await list()).some((line) => line.includes(id) && line.endsWith("thumb")));
      const created = await make({ path: at, options: ["-v", "-q"] });
      await verify(created, ["-v"]);
      await succeed(TOKEN, ["-D", "-e", "-i", id, at], withPin);
      assert.ok((await list().catch(() => [])).every((line) => !line.includes(id)));
      await reader.exposed[Symbol.asyncDispose]();
    },
  );
}

async function otherMakes(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check("fido2-token -I reads keys of other makes", async () => {
    for (const profile of ["generic", "ctap20", "yubikey5", "fingerprint", "answers-3a"]) {
      const other = await KeyOfThisMachine.plugIn(bench.recorder, { profile, serial: profile });
      const { path: at } = await other.listed();
      assert.match((await succeed(TOKEN, ["-I", at])).join("\n"), /FIDO_2_0/, profile);
      await other.exposed[Symbol.asyncDispose]();
    }
  });
}

async function blockingAndReset(bench: Fido2Bench): Promise<void> {
  await bench.recorder.check(
    "fido2-token meets a PIN that is blocked, first until a power cycle, then for good",
    async () => {
      const wrong = () => fail(TOKEN, ["-I", "-c", bench.path], { lines: ["0000000000"] });
      const [invalid, wait] = ["FIDO_ERR_PIN_INVALID", "FIDO_ERR_PIN_AUTH_BLOCKED"];
      for (let round = 0; round < 2; round += 1) {
        await bench.powerCycle();
        assert.deepEqual(
          [await wrong(), await wrong(), await wrong(), await wrong()],
          [invalid, invalid, wait, wait],
        );
      }
      await bench.powerCycle();
      assert.deepEqual([await wrong(), await wrong()], [invalid, "FIDO_ERR_PIN_BLOCKED"]);
      assert.match(await bench.info(), /^pin retries: 0$/m);
    },
  );

  await bench.recorder.check(
    "fido2-token -R takes everything away, soon after the key is plugged in",
    async () => {
      await bench.powerCycle();
      await succeed(TOKEN, ["-R", bench.path]);
      const said = await bench.info();
      assert.match(said, /noclientPin/);
      assert.match(said, /^remaining rk\(s\): 100$/m);
      assert.equal(bench.key.store.discoverableCount, 0);
    },
  );

  await bench.recorder.check("fido2-token -R is refused long after the key was plugged in", async () => {
    const { timeouts } = profileNamed("ctap23");
    const late = await KeyOfThisMachine.plugIn(bench.recorder, {
      serial: "lab-4",
      different: { timeouts: { ...timeouts, resetWindowMs: 0 } },
    });
    assert.equal(await fail(TOKEN, ["-R", (await late.listed()).path]), "FIDO_ERR_NOT_ALLOWED");
    await late.exposed[Symbol.asyncDispose]();
  });
}
