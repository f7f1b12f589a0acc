/** Every public function and class that takes a parameter object, called as a JavaScript program may call it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isHarnessError } from "../../src/core/errors.js";
import * as conformance from "../../src/entry/conformance.js";
import * as ctap from "../../src/entry/ctap.js";
import * as diagnosis from "../../src/entry/diagnosis.js";
import * as hid from "../../src/entry/hid.js";
import * as hybrid from "../../src/entry/hybrid.js";
import * as incident from "../../src/entry/incident.js";
import * as measure from "../../src/entry/measure.js";
import * as rig from "../../src/entry/rig.js";
import * as scenarios from "../../src/entry/scenarios.js";
import * as sim from "../../src/entry/sim.js";
import * as webauthn from "../../src/entry/webauthn.js";
import { PROJECT } from "../helpers/project.js";
import { ORIGIN, RP_ID, creationOptions, requestOptions } from "../helpers/ceremony-options.js";

const env = sim.virtualEnv("arguments");
const user = sim.simulatedUser(env);
const store = new sim.CredentialStore();
const profile = sim.profileNamed("generic");
const key = new sim.SimAuthenticator(env, { profile, store, user });
const device = new sim.LoopbackDevice(env, key.handle);
const firmware = sim.firmwareOf(key);
const air = new sim.SimAir(env);
const tunnels = new sim.SimTunnelService(env);
const ports = { scanner: air, dialer: tunnels };
const scenario = scenarios.scenarioNamed("late-delivery");
const knobs = () => sim.withKnobs();
const config = { baseUrl: "http://localhost", registration: {}, login: {} };
const rule = { id: "a", effect: { do: "delay", delayMs: 1 } };
const session = { info: { options: { largeBlobs: true } } };
const phone = { contactId: new Uint8Array(), linkSecret: new Uint8Array() };

/** A device that cannot be opened, and a rig without keys. */
const NO_DEVICE = { label: "none", port: () => Promise.reject(new Error("no device")) };
const NO_KEYS = { state: "/nowhere/rig", keys: [], phones: [], fingers: [], powerSwitches: [] };

/** A function of any signature, as a program without types sees it. */
type Loose = (...args: readonly unknown[]) => unknown;

/** One parameter object: the call with it, a value that is accepted, and the members that may not be left out. */
interface Case {
  readonly call: (options: unknown) => unknown;
  readonly good: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

const fn = (name: string, from: object): Loose => {
  const found = (from as Readonly<Record<string, unknown>>)[name];
  if (typeof found !== "function") throw new Error(`${name} is not exported`);
  return (...args) =>
    /^[A-Z]/.test(name)
      ? (Reflect.construct(found, args) as unknown)
      : (Reflect.apply(found, undefined, args) as unknown);
};

const last =
  (from: object, name: string, ...before: readonly unknown[]) =>
  (options: unknown) =>
    fn(name, from)(...before, options);

const explainedNothing = { records: [], explanation: diagnosis.explain([]) };

const CASES: Readonly<Record<string, Case>> = {
  tell: { call: last(diagnosis, "tell", diagnosis.explain([]), "customer"), good: { language: "en" } },
  openSession: { call: last(ctap, "openSession", env, device), good: {} },
  enterPin: { call: last(webauthn, "enterPin", session), good: { use: () => {} }, required: ["use"] },
  largeBlobStorage: { call: last(ctap, "largeBlobStorage", env, session), good: {} },
  ctap2OverU2f: { call: last(ctap, "ctap2OverU2f", env, {}), good: {} },
  u2fClient: { call: last(ctap, "u2fClient", env, () => {}), good: {} },
  openHidDevice: { call: last(hid, "openHidDevice", env, sim.simHidPort(env, firmware)), good: {} },
  openUsbDevice: { call: last(hid, "openUsbDevice", env, "/dev/none"), good: {} },
  usbDevices: { call: last(hid, "usbDevices"), good: {} },
  nodeHidPort: { call: last(hid, "nodeHidPort", "/dev/none"), good: {} },
  exposeControl: {
    call: last(sim, "exposeControl", env, "/nowhere/control"),
    good: { user: new sim.ControlledUser(env), move: () => {} },
    required: ["user", "move"],
  },
  udpHidPort: { call: last(hid, "udpHidPort"), good: { port: 1 }, required: ["port"] },
  unixHidPort: { call: last(hid, "unixHidPort", "none.sock"), good: {} },
  startQrInitiated: { call: last(hybrid, "startQrInitiated", env, ports), good: {} },
  "startQrInitiated ports": {
    call: (value) => fn("startQrInitiated", hybrid)(env, value),
    good: ports,
    required: ["scanner", "dialer"],
  },
  startStateAssisted: { call: last(hybrid, "startStateAssisted", env, ports, phone), good: {} },
  linuxAdvertiser: { call: last(hybrid, "linuxAdvertiser", env), good: {} },
  bluezScanner: { call: last(hybrid, "bluezScanner", env), good: {} },
  probeBluez: {
    call: last(hybrid, "probeBluez", env),
    good: { connectBus: () => Promise.reject(new Error("no bus")) },
  },
  linuxChannels: { call: last(hybrid, "linuxChannels", env), good: {} },
  probeChannels: { call: last(hybrid, "probeChannels"), good: {} },
  nobleScanner: { call: last(hybrid, "nobleScanner"), good: {} },
  retryingScanner: { call: last(hybrid, "retryingScanner", env, air), good: {} },
  udpAdvertiser: { call: last(hybrid, "udpAdvertiser", env), good: { port: 1 }, required: ["port"] },
  udpScanner: { call: last(hybrid, "udpScanner"), good: { port: 1 }, required: ["port"] },
  wsDialer: { call: last(hybrid, "wsDialer"), good: {} },
  TunnelRelay: { call: last(hybrid, "TunnelRelay", env), good: {} },
  register: {
    call: last(webauthn, "register", env, device, creationOptions()),
    good: { origin: ORIGIN },
    required: ["origin"],
  },
  authenticate: {
    call: last(webauthn, "authenticate", env, device, requestOptions()),
    good: { origin: ORIGIN },
    required: ["origin"],
  },
  verifyRegistration: {
    call: last(webauthn, "verifyRegistration", {}),
    good: { challenge: "AA", origins: [ORIGIN], rpId: RP_ID },
    required: ["challenge", "origins", "rpId"],
  },
  verifyAssertion: {
    call: last(webauthn, "verifyAssertion", {}),
    good: {
      challenge: "AA",
      origins: [ORIGIN],
      rpId: RP_ID,
      credential: { id: "AA", publicKeyCose: new Uint8Array(), signCount: 0 },
    },
    required: ["challenge", "origins", "rpId", "credential"],
  },
  verifyMetadataBlob: {
    call: last(webauthn, "verifyMetadataBlob", "a.b.c"),
    good: { trustAnchors: [] },
    required: ["trustAnchors"],
  },
  verifyAttestation: {
    call: last(webauthn, "verifyAttestation"),
    good: { attestationObject: new Uint8Array(), clientDataHash: new Uint8Array(32) },
    required: ["attestationObject", "clientDataHash"],
  },
  toPageError: {
    call: last(webauthn, "toPageError", new Error("x")),
    good: { method: "create", profile: webauthn.SPEC_L3 },
    required: ["method", "profile"],
  },
  effectiveTimeoutMs: { call: last(webauthn, "effectiveTimeoutMs", webauthn.SPEC_L3, 1), good: {} },
  simulatedUser: { call: last(sim, "simulatedUser", env), good: { touchMs: 5 } },
  "simulatedUser prompts": {
    call: (value) => fn("simulatedUser", sim)(env, { prompts: value }),
    good: { touch: { actMs: 1 } },
  },
  SimAuthenticator: {
    call: last(sim, "SimAuthenticator", env),
    good: { profile, store, user },
    required: ["profile", "store", "user"],
  },
  LoopbackDevice: { call: last(sim, "LoopbackDevice", env, key.handle), good: {} },
  SimAir: { call: last(sim, "SimAir", env), good: {} },
  PushLine: {
    call: last(sim, "PushLine", env),
    good: { dialer: tunnels, origin: "ws://127.0.0.1:1" },
    required: ["dialer", "origin"],
  },
  SimChannels: { call: last(sim, "SimChannels", env), good: {} },
  SimTunnelService: { call: last(sim, "SimTunnelService", env), good: { latencyMs: 1, ttlMs: 1 } },
  SimPhone: {
    call: last(sim, "SimPhone", env, { advertiser: air, dialer: tunnels, handle: key.handle }),
    good: { name: "a phone" },
  },
  "SimPhone deps": {
    call: (value) => fn("SimPhone", sim)(env, value),
    good: { advertiser: air, dialer: tunnels, handle: key.handle },
    required: ["advertiser", "dialer", "handle"],
  },
  SimBrowser: {
    call: last(sim, "SimBrowser", env),
    good: { knobs, origin: ORIGIN, device: async () => device },
    required: ["knobs", "origin", "device"],
  },
  SimPage: {
    call: last(sim, "SimPage", env),
    good: { knobs, browser: sim.simWorld("x").browser, site: sim.simWorld("x").site },
    required: ["knobs", "browser", "site"],
  },
  SimSite: {
    call: last(sim, "SimSite", env),
    good: { knobs, background: {}, mail: {}, origin: ORIGIN, rpId: RP_ID },
    required: ["knobs", "background", "mail", "origin", "rpId"],
  },
  FallbackUser: {
    call: last(sim, "FallbackUser", env),
    good: { knobs, service: {} },
    required: ["knobs", "service"],
  },
  simHidPort: { call: last(sim, "simHidPort", env, firmware), good: { busyMs: 1, label: "a key" } },
  "simHidPort firmware": {
    call: (value) => fn("simHidPort", sim)(env, value),
    good: firmware as object as Case["good"],
  },
  exposeUdp: {
    call: last(sim, "exposeUdp", env, firmware),
    good: { listen: { port: 0 } },
    required: ["listen"],
  },
  exposeUhid: { call: last(sim, "exposeUhid", env, firmware), good: {} },
  exposeUsbip: {
    call: last(sim, "exposeUsbip", env, firmware),
    good: { listen: { port: 0 } },
    required: ["listen"],
  },
  readUsbCapture: {
    call: (options) =>
      (fn("readUsbCapture", hid)([], options) as AsyncGenerator<unknown, void, undefined>).next(),
    good: { onNote: () => {} },
  },
  reopenUsbDevice: {
    call: last(hid, "reopenUsbDevice", env, { by: "any" }),
    good: { limitMs: 1 },
    required: ["limitMs"],
  },
  replaySession: { call: last(scenarios, "replaySession", []), good: { seed: "1" } },
  explainIncident: { call: last(incident, "explainIncident", []), good: { dateMs: 0 } },
  runConformance: {
    call: last(conformance, "runConformance", env, { label: "none", allowed: [] }),
    good: { only: ["no.such-check"] },
  },
  measureDevice: { call: last(measure, "measureDevice", env, NO_DEVICE), good: { runs: 1 } },
  openRig: { call: last(rig, "openRig", env, NO_KEYS), good: { machineMs: () => 0 } },
  rigServer: { call: last(rig, "rigServer", { leases: {}, inventory: NO_KEYS, env }), good: { port: 0 } },
  recoverKey: {
    call: last(rig, "recoverKey", { leases: {}, inventory: NO_KEYS, env }),
    good: { label: "key", open: () => Promise.reject(new Error("no key")) },
    required: ["label", "open"],
  },
  pressWhenAsked: {
    call: last(rig, "pressWhenAsked", env, device, { label: "finger", press: () => Promise.resolve() }),
    good: { holdMs: 200 },
  },
  takeLease: { call: last(rig, "takeLease", { leases: {}, inventory: NO_KEYS, env }), good: { job: "job" } },
  exposeUnix: { call: last(sim, "exposeUnix", env, firmware, "none/none.sock"), good: {} },
  wsTunnelService: { call: last(sim, "wsTunnelService", env), good: { port: 0 }, required: ["port"] },
  syncStores: {
    call: last(sim, "syncStores", env),
    good: { from: store, to: store, delayMs: 1 },
    required: ["from", "to", "delayMs"],
  },
  "withFaults rule": {
    call: (value) => fn("withFaults", sim)(env, device, [value]),
    good: rule,
    required: ["id", "effect"],
  },
  "withFaults effect": {
    call: (effect) => fn("withFaults", sim)(env, device, [{ id: "a", effect }]),
    good: rule.effect,
    required: ["do", "delayMs"],
  },
  "withTunnelFaults rule": {
    call: (value) => fn("withTunnelFaults", sim)(env, tunnels, [value]),
    good: rule,
    required: ["id", "effect"],
  },
  "withScannerFaults rule": {
    call: (value) => fn("withScannerFaults", sim)(env, air, [value]),
    good: rule,
    required: ["id", "effect"],
  },
  circularFactors: {
    call: last(sim, "circularFactors"),
    good: { enrolled: [], settingsNeedOneOf: [], withoutFactor: [] },
    required: ["enrolled", "settingsNeedOneOf", "withoutFactor"],
  },
  simWorld: { call: last(sim, "simWorld", "seed", {}), good: {} },
  attachedWorld: {
    call: last(sim, "attachedWorld", env),
    good: { config, secret: () => undefined },
    required: ["config", "secret"],
  },
  runScenario: { call: last(scenarios, "runScenario", scenario), good: { seed: "1" }, required: ["seed"] },
  runOnSite: {
    call: last(scenarios, "runOnSite", scenario),
    good: { config, secret: () => undefined },
    required: ["config", "secret"],
  },
  sweep: {
    call: last(scenarios, "sweep", scenario),
    good: { seed: "1", axes: [] },
    required: ["seed", "axes"],
  },
  shrink: { call: last(scenarios, "shrink", scenario), good: { seed: "1" }, required: ["seed"] },
  sampleScenario: {
    call: last(scenarios, "sampleScenario", scenario),
    good: { seed: "1", draw: 1 },
    required: ["seed", "draw"],
  },
  runSample: {
    call: last(scenarios, "runSample", scenario),
    good: { seed: "1", draw: 1 },
    required: ["seed", "draw"],
  },
  measureVerdicts: {
    call: last(scenarios, "measureVerdicts"),
    good: { seed: "1", draws: [] },
    required: ["draws", "seed"],
  },
  judgeLabels: { call: last(scenarios, "judgeLabels", []), good: {} },
  verdictTable: {
    call: last(scenarios, "verdictTable"),
    good: { draws: 1, seed: "1", scenarios: [] },
    required: ["draws", "seed"],
  },
  explain: { call: last(diagnosis, "explain", []), good: { schema: 2 } },
  toTraceEvents: { call: last(diagnosis, "toTraceEvents", explainedNothing), good: {} },
  toOtlp: {
    call: last(diagnosis, "toOtlp", explainedNothing),
    good: { startEpochMs: 0 },
    required: ["startEpochMs"],
  },
  toHar: {
    call: last(diagnosis, "toHar", explainedNothing),
    good: { startEpochMs: 0 },
    required: ["startEpochMs"],
  },
  variantOf: { call: last(scenarios, "variantOf", scenario, "x"), good: { title: "another" } },
  toText: { call: last(scenarios, "toText", { records: [], explanation: {} }), good: { width: 80 } },
  toPcapng: { call: last(scenarios, "toPcapng", []), good: {} },
  runOfTrace: { call: last(scenarios, "runOfTrace", []), good: {} },
  parseScenarioFile: { call: last(scenarios, "parseScenarioFile", "{}"), good: {} },
};

async function refusal(
  call: () => unknown,
): Promise<{ readonly code: string; readonly message: string; readonly hint: string }> {
  try {
    await call();
  } catch (error) {
    if (isHarnessError(error)) return { code: error.code, message: error.message, hint: error.hint ?? "" };
    throw error;
  }
  throw new Error("it was accepted");
}

describe.each(Object.entries(CASES))("%s", (name, { call, good, required = [] }) => {
  test("refuses what is no object", async () => {
    for (const wrong of [null, 5, "text", [], () => {}]) {
      expect(await refusal(() => call(wrong))).toMatchObject({
        code: "ARGUMENT_WRONG_TYPE",
        message: expect.stringContaining(name.split(" ")[0] ?? "") as string,
      });
    }
  });

  test("refuses a member that does not exist", async () => {
    const { code, message, hint } = await refusal(() => call({ ...good, zzzNoSuchMember: 1 }));
    expect(code).toBe("ARGUMENT_UNKNOWN_MEMBER");
    expect(message).toContain("zzzNoSuchMember: there is no such member");
    expect(hint).toMatch(/^there are /);
  });

  test.each(required)("refuses to do without %s", async (member) => {
    const { [member]: _, ...rest } = good;
    const { code, message } = await refusal(() => call(rest));
    expect({ code, message }).toMatchObject({
      code: "ARGUMENT_MISSING_MEMBER",
      message: expect.stringContaining(`${member}: is missing`) as string,
    });
  });

  test.each(Object.keys(good))("refuses %s of another type", async (member) => {
    const { code, message } = await refusal(() => call({ ...good, [member]: Symbol("wrong") }));
    expect(["ARGUMENT_WRONG_TYPE", "ARGUMENT_BAD_VALUE"]).toContain(code);
    expect(message).toContain(member);
  });
});

/** Exported functions and classes without a parameter object of their own, or that read outside input of any shape. */
const WITHOUT_PARAMETER_OBJECT =
  /Error$|^(parse|encode|decode|describe|nameOf|toHex|fromHex|toBase64url|fromBase64url)/;

test("no public function with an options parameter is left out", () => {
  const all = {
    ...ctap,
    ...diagnosis,
    ...hid,
    ...hybrid,
    ...webauthn,
    ...sim,
    ...scenarios,
    ...incident,
    ...conformance,
    ...measure,
    ...rig,
  };
  const covered = new Set(Object.keys(CASES).map((name) => name.split(" ")[0]));
  const others = Object.entries(all)
    .filter(([name, value]) => typeof value === "function" && !WITHOUT_PARAMETER_OBJECT.test(name))
    .map(([name]) => name)
    .filter((name) => !covered.has(name));
  expect(others.sort()).toMatchInlineSnapshot(`
    [
      "CheckFailure",
      "ControlledUser",
      "CookieJar",
      "CredentialStore",
      "HybridDevice",
      "LaggingStore",
      "Ledger",
      "MemorySink",
      "Quarantine",
      "RigLedger",
      "RigLog",
      "VirtualClock",
      "aliasNote",
      "authenticatorConfig",
      "barsOf",
      "bioEnrollment",
      "compareResults",
      "conformanceHtml",
      "conformanceJUnit",
      "controlFinger",
      "credentialManagement",
      "credentialTag",
      "defineScenario",
      "distributionOf",
      "drawGrease",
      "endProcess",
      "envFor",
      "envIn",
      "findScenario",
      "fingerFor",
      "firmwareOf",
      "fitForUhid",
      "hintFor",
      "inSpan",
      "isRunning",
      "joinVerdictTables",
      "jsonLinesSink",
      "knobAliasNote",
      "labelsToText",
      "learnProfile",
      "listKnobs",
      "loadInventory",
      "loadScenarioFile",
      "measureSession",
      "measuredKnobs",
      "measuredProfile",
      "mergeTables",
      "nearestKnobNames",
      "openKey",
      "openNoble",
      "openRigKey",
      "openUhidFile",
      "oracleCaseFiles",
      "oracleTableToText",
      "outcomeOf",
      "phoneFor",
      "phoneMannersOf",
      "phoneThatBotchesTheHandshake",
      "phoneThatForgetsTheIndex",
      "phoneThatLinksLate",
      "phoneThatNeverReplies",
      "phoneWith22ByteAdvert",
      "phoneWithoutBluetoothPermission",
      "phoneWithoutMobileData",
      "phoneWithoutScreenLock",
      "pinProtocol",
      "powerCycle",
      "powerFor",
      "profileNamed",
      "proofLine",
      "proofToText",
      "prove",
      "readAsked",
      "readMapping",
      "resolveScenario",
      "rigStatus",
      "rootCauseRates",
      "scenarioNamed",
      "scenarioOfIncident",
      "scenarioSchema",
      "scriptedUser",
      "searchScenarios",
      "seededEntropy",
      "selectChecks",
      "selectUsbDevice",
      "selfMadeTlsIdentity",
      "sleep",
      "stableSelector",
      "startTrace",
      "systemEnv",
      "systemHardware",
      "systemLocks",
      "thisProcess",
      "toGitHub",
      "toHtml",
      "toJUnit",
      "toJson",
      "toMermaid",
      "topicOf",
      "traceSchema",
      "tunnelHost",
      "u2fDevice",
      "untilBack",
      "verdictTableToText",
      "verifySignature",
      "virtualEnv",
      "withKnobs",
      "withLease",
      "withProvenAdvice",
      "withU2fFallback",
      "within",
    ]
  `);
});

test("an error names the function that was called", () => {
  const sources = readdirSync(join(PROJECT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(PROJECT, "src", path), "utf8"));
  const wrong = sources.flatMap((source) =>
    [...source.matchAll(/checkArguments\("(\w+)"/g)].flatMap(([, name = ""]) =>
      new RegExp(`(?:function|class) ${name}\\b`).test(source) ? [] : [name],
    ),
  );
  expect(wrong).toEqual([]);
});

test.each([
  ["touch", "touchMs"],
  ["refuse", "refuses"],
])("simulatedUser(env, { %s }) names %s", async (wrong, right) => {
  expect((await refusal(() => fn("simulatedUser", sim)(env, { [wrong]: 5 }))).hint).toContain(right);
});
