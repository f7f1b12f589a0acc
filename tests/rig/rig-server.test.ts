/** The status page over HTTP, and the protocols by which other tools press keys. */
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemEnv } from "../../src/env/system-env.js";
import type { Hardware } from "../../src/rig/hardware/hardware.js";
import { parseInventory } from "../../src/rig/inventory/inventory.js";
import { withLease } from "../../src/rig/leases/with-lease.js";
import { type RigServerOptions, rigServer } from "../../src/rig/page/rig-server.js";
import { openRig } from "../../src/rig/rig.js";
import { powerFor } from "../../src/rig/power/power-for.js";
import { httpFinger } from "../../src/rig/fingers/http-finger.js";
import { scratchFolder } from "./helpers/memory-rig.js";

async function served(options: RigServerOptions & { readonly fails?: boolean } = {}, keys = 1) {
  const calls: string[] = [];
  const hardware: Hardware = {
    run: async (argv) => {
      calls.push(argv.join(" "));
      return {
        exitCode: options.fails === true ? 1 : 0,
        stdout: "",
        stderr: options.fails === true ? "no current" : "",
      };
    },
    fetch,
    openBoard: () => Promise.reject(new Error("none")),
    tell: () => {},
  };
  const labels = ["blue", "red"].slice(0, keys);
  const file = {
    schema: 1,
    keys: labels.map((label, index) => ({
      label,
      device: "any",
      holdMs: 10,
      ...(keys > 1 && { controllerPort: index + 1 }),
    })),
    fingers: labels.map((key) => ({ key, by: "command", press: ["down", key], release: ["up", key] })),
    powerSwitches: labels.map((key) => ({ key, by: "command", off: ["off", key], on: ["on", key] })),
  };
  const rig = openRig(systemEnv(), parseInventory(file, `${scratchFolder()}/rig.json`));
  const { fails: _, ...given } = options;
  const server = await rigServer(rig, { hardware, ...given });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { rig, calls, url: server.url };
}

describe("the status page", () => {
  test("is HTML that allows no script but its own, and the data are those of the rig", async () => {
    const { rig, url } = await served();
    const page = await fetch(url);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(await page.text()).toContain('<script src="/status.js">');
    expect((await fetch(`${url}/status.js`)).headers.get("content-type")).toContain("javascript");
    rig.quarantine.put({ label: "blue", reasons: ["mute"], at: "2026-01-01T00:00:00Z" });
    expect(await (await fetch(`${url}/status.json`)).json()).toMatchObject({
      devices: [{ label: "blue", state: "quarantined", quarantine: { reasons: ["mute"] } }],
      queue: [],
    });
    rig.quarantine.end("blue");
    await withLease(rig, { job: "nightly" }, async () => {
      expect(await (await fetch(`${url}/status.json`)).json()).toMatchObject({
        devices: [{ state: "leased", lease: { job: "nightly", isOverdue: false, isOrphaned: false } }],
      });
    });
  });

  test("moves nothing without a protocol", async () => {
    const { url, calls } = await served();
    for (const path of ["/usb6/touch/on", "/usb6/power/off"])
      expect((await fetch(url + path)).status).toBe(404);
    expect((await fetch(`${url}/conformance/userpresence`, { method: "POST" })).status).toBe(404);
    expect(calls).toEqual([]);
  });

  test("answers no other name than loopback's, and no page of a browser", async () => {
    const { url, calls } = await served({ protocols: ["controller"] });
    const { port } = new URL(url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () => {
        socket.write("GET /status.json HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n");
      });
      let text = "";
      socket.on("data", (chunk) => (text += String(chunk)));
      socket.on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 403/);
    const fromPage = await fetch(`${url}/usb6/touch/on`, { headers: { origin: "https://evil.example" } });
    expect(fromPage.status).toBe(403);
    expect(calls).toEqual([]);
  });
});

describe("what python-fido2's device tests ask their controller", () => {
  test("off, on, off: the finger is down in between, and each answer comes at once", async () => {
    const { url, calls } = await served({ protocols: ["controller"] });
    expect((await fetch(`${url}/`)).status).toBe(200);
    for (const path of ["touch/off", "touch/on"])
      expect((await fetch(`${url}/usb6/${path}`)).status).toBe(200);
    expect(calls).toEqual(["down blue"]);
    // It presses anew without lifting: the finger is lifted first.
    await fetch(`${url}/usb6/touch/on`);
    expect(calls).toEqual(["down blue", "up blue", "down blue"]);
    await fetch(`${url}/usb6/touch/off`);
    await fetch(`${url}/usb6/power/off`);
    await fetch(`${url}/usb6/power/on`);
    expect(calls.slice(3)).toEqual(["up blue", "off blue", "on blue"]);
  });

  test("the number says which key", async () => {
    const { url, calls } = await served({ protocols: ["controller"] }, 2);
    await fetch(`${url}/usb2/touch/on`);
    expect(calls).toEqual(["down red"]);
    const unknown = await fetch(`${url}/usb6/touch/on`);
    expect([unknown.status, await unknown.text()]).toEqual([
      404,
      expect.stringContaining("controllerPort 6"),
    ]);
  });

  test("a finger that does not move is no success", async () => {
    const { url } = await served({ protocols: ["controller"], fails: true });
    const answer = await fetch(`${url}/usb6/touch/on`);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("RIG_FINGER_FAILED");
  });

  test("our own client speaks it", async () => {
    const { url, calls } = await served({ protocols: ["controller"] });
    await httpFinger(systemEnv(), { fetch }, { protocol: "controller", url }).press({ holdMs: 20 });
    expect(calls).toEqual(["down blue", "up blue"]);
  });
});

describe("what FIDO's conformance tools ask", () => {
  const post = (url: string, what: string, body?: unknown) =>
    fetch(`${url}/conformance/${what}`, {
      method: "POST",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  test("each answer comes once it is done, and results become a verdict", async () => {
    const { rig, url, calls } = await served({ protocols: ["conformance"] });
    expect((await post(url, "userpresence")).status).toBe(200);
    expect(calls).toEqual(["down blue", "up blue"]);
    expect((await post(url, "powercycle")).status).toBe(200);
    expect(calls.slice(2)).toEqual(["off blue", "on blue"]);
    const results = {
      allTestsSelected: true,
      passedTestsCount: 320,
      failedTestsCount: 1,
      failedTests: ["P-1"],
    };
    expect((await post(url, "results", results)).status).toBe(200);
    expect(rig.log.lines().at(-1)).toMatchObject({
      kind: "verdict",
      label: "blue",
      outcome: "failed",
      text: "320 passed, 1 failed",
    });
    expect((await post(url, "results", { passed: 1 })).status).toBe(400);
  });

  test("a power cycle that fails is told by its status", async () => {
    const { url } = await served({ protocols: ["conformance"], fails: true });
    expect((await post(url, "powercycle")).status).toBe(422);
  });

  test("our own client speaks it; which key is meant has to be said where there are several", async () => {
    const { url, calls } = await served({ protocols: ["conformance"], key: "red" }, 2);
    const power = { key: "a", by: "http", protocol: "conformance", url };
    const file = { schema: 1, keys: [{ label: "a", device: "any" }], powerSwitches: [power] };
    const hardware = {
      run: () => Promise.reject(new Error("none")),
      fetch,
      openBoard: () => Promise.reject(new Error("none")),
      tell: () => {},
    };
    await powerFor(systemEnv(), hardware, parseInventory(file, "rig.json"), "a")?.cycle?.();
    expect(calls).toEqual(["off red", "on red"]);
    const other = await served({ protocols: ["conformance"] }, 2);
    expect((await post(other.url, "userpresence")).status).toBe(404);
  });
});
