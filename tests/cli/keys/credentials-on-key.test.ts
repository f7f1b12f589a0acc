import { createECDH, createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import { BenchKey } from "../../sim/authenticator/bench-key.js";
import { ManagedKey } from "./managed-key.js";

/** Ada and Bob at one site, Ada at another. */
async function keyOfTwoSites(): Promise<ManagedKey> {
  const key = await ManagedKey.withPin();
  const bench = new BenchKey();
  const accounts = [
    ["example.com", "ada"],
    ["example.com", "bob"],
    ["example.org", "ada"],
  ] as const;
  for (const [id, name] of accounts) {
    const user = { id: utf8(name), name, displayName: `${name} of ${id}` };
    await bench.made({ rp: { id }, user, options: { rk: true } });
  }
  for (const one of bench.key.store.credentials) key.socket.store.add(one);
  return key;
}

interface Listed {
  readonly credentials: readonly { readonly id: string; readonly rpId: string; readonly name: string }[];
}

const listed = async (key: ManagedKey, ...args: readonly string[]) =>
  ((await key.succeed("credentials", "list", ...args)) as unknown as Listed).credentials;

describe("credentials", () => {
  test("are listed by site and counted", async () => {
    await using key = await keyOfTwoSites();
    expect((await listed(key)).map(({ rpId, name }) => `${name} at ${rpId}`).sort()).toEqual([
      "ada at example.com",
      "ada at example.org",
      "bob at example.com",
    ]);
    expect((await listed(key, "--rp", "example.org")).map(({ name }) => name)).toEqual(["ada"]);
    expect(await listed(key, "--rp", "example.net")).toEqual([]);
    expect(await key.succeed("credentials", "count")).toMatchObject({ existing: 3 });
  });

  test("one is shown with its public key, which Node's own cryptography derives from the private one as well", async () => {
    await using key = await keyOfTwoSites();
    const [one] = await listed(key, "--rp", "example.org");
    const { alg, publicKeyPem } = await key.succeed("credentials", "show", one?.id ?? "");
    expect(alg).toBe(-7);
    const secret = key.socket.store.discoverable("example.org")[0]?.secretKey ?? new Uint8Array(0);
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(secret);
    const { x, y } = createPublicKey(String(publicKeyPem)).export({ format: "jwk" });
    const point = Buffer.concat([
      Buffer.of(4),
      Buffer.from(x ?? "", "base64url"),
      Buffer.from(y ?? "", "base64url"),
    ]);
    expect(point.equals(curve.getPublicKey())).toBe(true);
  });

  test("a deletion that is tried says which passkey it is, and leaves it", async () => {
    await using key = await keyOfTwoSites();
    const [one] = await listed(key, "--rp", "example.org");
    const id = one?.id ?? "";
    const { dryRun, wouldDelete } = await key.succeed("credentials", "delete", id, "--dry-run");
    expect({ dryRun, wouldDelete }).toMatchObject({
      dryRun: true,
      wouldDelete: { id, rpId: "example.org", name: "ada" },
    });
    expect(key.socket.store.credentials).toHaveLength(3);
    expect(await key.succeed("credentials", "delete", id)).toEqual({ ok: true, deleted: id });
    expect(key.socket.store.credentials.map(({ rpId }) => rpId)).toEqual(["example.com", "example.com"]);
    expect(await key.ask("credentials", "delete", id, "--dry-run")).toMatchObject({
      exitCode: 2,
      error: { message: `no passkey on the key has the id ${id}` },
    });
  });

  test("a name is changed, and the other one stays", async () => {
    await using key = await keyOfTwoSites();
    const [one] = await listed(key, "--rp", "example.org");
    const id = one?.id ?? "";
    const names = () => {
      const found = key.socket.store.discoverable("example.org")[0];
      return [found?.userName, found?.userDisplayName];
    };
    await key.succeed("credentials", "update", id, "--name", "lovelace", "--dry-run");
    expect(names()).toEqual(["ada", "ada of example.org"]);
    await key.succeed("credentials", "update", id, "--name", "lovelace");
    expect(names()).toEqual(["lovelace", "ada of example.org"]);
    expect(await key.succeed("credentials", "update", id, "--display-name", "Ada Lovelace")).toEqual({
      ok: true,
      updated: id,
      name: "lovelace",
      displayName: "Ada Lovelace",
    });
    expect(names()).toEqual(["lovelace", "Ada Lovelace"]);
  });

  test.each([
    [["update", "AAAA"], "credentials update takes --name, --display-name or both"],
    [["list", "--dry-run"], "--dry-run has no effect on credentials list"],
    [["delete", "AAAA", "BBBB"], "credentials delete takes ID"],
  ])("%j is a mistake of usage", async (words, message) => {
    await using key = await ManagedKey.plugIn();
    expect(await key.ask("credentials", ...words)).toMatchObject({
      exitCode: 2,
      error: { code: "USAGE", message },
    });
  });
});
