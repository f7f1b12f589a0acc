/** Spoilt bytes, bombs, endless runs and failing surroundings. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLenient } from "../../../src/cbor/lenient.js";
import { describeCbor } from "../../../src/cbor/describe.js";
import { fromBase64url } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { isHarnessError } from "../../../src/core/errors.js";
import { explain } from "../../../src/diagnosis/explain.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { parseScenarioFile } from "../../../src/scenarios/files/define-scenario.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { toText } from "../../../src/scenarios/reports/report.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { parseSiteConfig } from "../../../src/sim/attached-rp/site-config.js";
import { withFaults } from "../../../src/sim/faults/faults.js";
import { firmwareOf } from "../../../src/sim/hid/firmware-of.js";
import { simHidPort } from "../../../src/sim/hid/sim-hid.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../../src/sim/user.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import type { HidPort } from "../../../src/transports/hid/port.js";
import { register } from "../../../src/webauthn/client/register.js";
import { creationOptions, ORIGIN } from "../../helpers/ceremony-options.js";
import { runCli } from "../../helpers/run-cli.js";
import { HybridBench } from "../../hybrid/hybrid-bench.js";
import { cameOf, inputOf, inputPath, type Probe } from "../case.js";

const PROJECT = join(import.meta.dirname, "..", "..", "..");

async function inFolder<T>(work: (at: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cases-"));
  try {
    return await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Far more time of the processor than any of this takes where time grows with the length; quadratic growth takes more. */
const SOON_MS = 6_000;

function soon(work: () => string): string {
  const began = process.cpuUsage();
  const came = work();
  return process.cpuUsage(began).user < SOON_MS * 1_000 ? came : `${came}, after ${SOON_MS} ms and more`;
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "read";
  } catch (error) {
    return (error as { code?: string }).code ?? `untyped ${String(error)}`;
  }
};

/** A registration one bit of whose answer is wrong. */
async function withBit(offset: number, xor: number): Promise<string> {
  const env = virtualEnv("cases");
  const store = new CredentialStore();
  const user = simulatedUser(envFor(env, "user"));
  const key = new SimAuthenticator(envFor(env, "key"), { profile: profileNamed("generic"), store, user });
  const rule = {
    id: "bit",
    command: 1,
    direction: "response",
    effect: { do: "corrupt", offset, xor },
  } as const;
  const device = withFaults(env, new LoopbackDevice(env, key.handle), [rule]);
  try {
    await env.clock.run(
      register(env, device, creationOptions({ attestation: "direct" }), { origin: ORIGIN }),
    );
    return "resolved";
  } catch (error) {
    if (!isHarnessError(error)) return "untyped";
    return store.credentials.length > 0 && error.aftermath === "none" ? "lie" : "true";
  }
}

const ESCAPES = "\u001b]0;owned\u0007\u001b[31mRED\n::error::injected";

export const ROBUSTNESS: Readonly<Record<string, Probe>> = {
  async "f01-aftermath-none-after-create"() {
    const counts: Record<string, number> = { lie: 0, untyped: 0 };
    for (let offset = 1; offset < 700; offset += 13) {
      const came = await withBit(offset, 1 << (offset % 8));
      counts[came] = (counts[came] ?? 0) + 1;
    }
    const { lie, untyped } = counts;
    return `lies ${lie}, untyped ${untyped}, some ended in an error: ${(counts["true"] ?? 0) > 0}`;
  },
  "f02-cli-nothing-left-behind": () =>
    inFolder(async (at) => {
      const fault = { extends: "generic", attestation: { fault: "wrong-signature" } };
      writeFileSync(at("profile.json"), JSON.stringify(fault));
      const words = ["--profile", at("profile.json"), "--attestation", "direct", "--store", at("wrong.json")];
      const refused = await runCli(["register", ...words]);
      const { credentials } = JSON.parse(readFileSync(at("wrong.json"), "utf8")) as {
        credentials: unknown[];
      };
      const lines = [
        `wrong signature: exit ${refused.exitCode}, on the key ${credentials.length}, ` +
          `says so: ${refused.stdout.includes("the device holds a new passkey")}, ` +
          `says that nothing is left: ${refused.stdout.includes("nothing was left behind")}`,
      ];
      for (const more of [
        ["--credentials", at("no/site.json")],
        ["--trace", at("no/t.jsonl")],
        ["--pcap", at("x.pcap")],
      ]) {
        const { exitCode } = await runCli(["register", "--store", at("key.json"), ...more]);
        const made = codeOf(() => readFileSync(at("key.json"))) !== "ENOENT";
        lines.push(`${more[0]}: exit ${exitCode}, a key was asked: ${made}`);
      }
      return lines;
    }),
  async "f04-terminal-and-workflow-injection"() {
    const told: string[] = [];
    const record = { atMs: 0, actor: "page", kind: "user.saw", where: "page", text: ESCAPES };
    const named = { ...record, ceremony: ESCAPES, span: "s1" };
    for (const line of [record, named]) {
      try {
        told.push(toText(runOfTrace(parseTrace(JSON.stringify(line)))));
      } catch (error) {
        told.push((error as Error).message);
      }
    }
    const file = JSON.stringify({ title: ESCAPES, story: ESCAPES, script: [{ do: "register" }] });
    told.push(toText(await runScenario(parseScenarioFile(file), { seed: "1" })));
    const all = told.join("\n");
    return `escape characters: ${all.includes("\u001b")}, lines of a workflow command: ${/^::/m.test(all)}`;
  },
  async "f05-lenient-cbor-rangeerror"() {
    const list = new Uint8Array(200_000).fill(0x18);
    list.set([0x9f]);
    list[list.length - 1] = 0xff;
    const chunks = new Uint8Array(200_000).fill(0x40);
    chunks[0] = 0x5f;
    chunks[chunks.length - 1] = 0xff;
    return [
      soon(() => `list, lenient: ${codeOf(() => decodeLenient(list, { depthMax: 64 }))}`),
      soon(() => `list, described: ${typeof describeCbor(list)}`),
      soon(() => `chunks, lenient: ${codeOf(() => decodeLenient(chunks, { depthMax: 64 }))}`),
      soon(() => `chunks, described: ${typeof describeCbor(chunks)}`),
    ];
  },
  async "f06-base64url-redos"() {
    const text = "=".repeat(200_000) + "x";
    return soon(() => codeOf(() => fromBase64url(text)));
  },
  async "f07-tall-69-bytes"(one) {
    const { exitCode, stderr } = await runCli([
      "phone",
      "--qr-image",
      inputPath(one),
      "--radio",
      "udp:127.0.0.1:9",
    ]);
    return `exit ${exitCode}, ${/^[A-Z_]+/.exec(stderr)?.[0] ?? "nothing"}, names the limit: ${/PIXELS?_MAX|PICTURE|pixels/i.test(stderr)}`;
  },
  "f09-endless-run": (one) =>
    cameOf(() => runScenario(parseScenarioFile(inputOf(one)), { seed: "1" }).then(() => "ended")),
  async "f10-onlinked-throws"() {
    const bench = new HybridBench({ phone: { offersLink: true } });
    const onLinked = () => {
      throw new Error("no space is left for links");
    };
    const { device, qr } = bench.invite({ onLinked });
    void bench.scan(qr);
    const came = await cameOf(() =>
      bench
        .run(register(bench.client, device, creationOptions(), { origin: ORIGIN }))
        .then(() => "registered"),
    );
    const ended = await cameOf(() => bench.run(device.ended).then(() => "ended"));
    return `${came}, ${ended}`;
  },
  "f11-register-options-typeerror": () =>
    inFolder(async (at) => {
      const rp = { id: "example.com", name: "x" };
      const user = { id: "AAAA", name: "a", displayName: "a" };
      const most = { rp, user, challenge: "AAAA" };
      const lines: string[] = [];
      for (const options of [null, [], most, { ...most, pubKeyCredParams: [null] }]) {
        writeFileSync(at("o.json"), JSON.stringify(options));
        const { exitCode, stdout } = await runCli(["register", "--options", at("o.json"), "--json"]);
        const { error } = JSON.parse(stdout) as { error: { code: string } };
        lines.push(`exit ${exitCode}, ${error.code}`);
      }
      const { exitCode, stderr } = await runCli(["register", "--client", "__proto__"]);
      return [...lines, `exit ${exitCode}, ${/^[A-Z_]+/.exec(stderr)?.[0] ?? stderr}`];
    }),
  async "f13-npm-ci"() {
    const text = readFileSync(join(PROJECT, "package-lock.json"), "utf8");
    const { packages } = JSON.parse(text) as { packages: Record<string, { version: string }> };
    const natives = Object.entries(packages).filter(([path]) => path.includes("@cbor-extract/"));
    return `names a registry: ${text.includes('"resolved"')}, @cbor-extract ${[...new Set(natives.map(([, { version }]) => version))].join(" ")}`;
  },
  async "f14-hid-error-after-keepalive"() {
    const env = virtualEnv("cases");
    const store = new CredentialStore();
    const user = simulatedUser(envFor(env, "user"), { touchMs: 3_000 });
    const key = new SimAuthenticator(envFor(env, "key"), { profile: profileNamed("generic"), store, user });
    const inner = simHidPort(envFor(env, "port"), firmwareOf(key));
    let keepalives = 0;
    let cancels = 0;
    const port: HidPort = {
      label: "key",
      close: () => inner.close(),
      write(report, context) {
        if (report[4] === 0x91) cancels += 1;
        return inner.write(report, context);
      },
      async *reports() {
        for await (const report of inner.reports()) {
          if (report[4] === 0xbb && ++keepalives === 5) {
            const error = report.slice();
            error.set([0xbf, 0, 1, 5], 4);
            yield error;
          } else yield report;
        }
      },
    };
    const device = await env.clock.run(openHidDevice(env, port));
    let said = "resolved";
    try {
      await env.clock.run(register(env, device, creationOptions(), { origin: ORIGIN }));
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      said = `${error.code}, aftermath ${error.aftermath}`;
    }
    await env.clock.advance(10_000);
    const isTrue = store.credentials.length === 0 || said.endsWith("unknown");
    return `${said}, CANCEL sent ${cancels}, true: ${isTrue}`;
  },
  async "f15-site-untyped"() {
    const call = { options: { path: "/o" }, finish: { path: "/f" } };
    const least = { schema: 1, baseUrl: "http://localhost:39999", registration: call, login: call };
    const wrong = {
      userinfo: { baseUrl: "http://user:URLSECRET@localhost:39999" },
      "header name": { headers: { "bad name": "x" } },
      origin: { origin: "not a url" },
    };
    return Object.entries(wrong).map(([name, over]) => {
      try {
        parseSiteConfig({ ...least, ...over });
        return `${name}: read`;
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        return `${name}: ${code ?? "untyped"}${message.includes("URLSECRET") ? ", with the secret" : ""}`;
      }
    });
  },
  async "f18-explain-quadratic"() {
    const script = [{ do: "register" }, ...Array.from({ length: 300 }, () => ({ do: "login" }))];
    const { records } = await runScenario(parseScenarioFile(JSON.stringify({ script })), { seed: "1" });
    return soon(() => `${explain(records).ceremonies.length} ceremonies`);
  },
};
