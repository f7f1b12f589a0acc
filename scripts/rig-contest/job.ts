/**
 * One job of the contest: leases a key of the rig, registers and logs in on it, and prints how that ended as a line of JSON.
 *
 * Arguments: rig file, witness's socket, name of the job, priority.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import {
  fingerFor,
  loadInventory,
  openKey,
  openRig,
  openRigKey,
  powerFor,
  recoverKey,
  type RigKey,
  systemHardware,
  withLease,
} from "../../src/entry/rig.js";
import { systemEnv } from "../../src/entry/sim.js";
import { authenticate, isHarnessError, register, toBase64url, verifyRegistration } from "../../src/index.js";

const [file = "", witnessPath = "", name = "", priority = "5"] = process.argv.slice(2);
const ORIGIN = "https://example.com";
const LIMIT_MS = 60_000;
const WAIT_MS = 300_000;
const TRIES = 3;
/** Registrations and logins of a job. */
const ROUNDS = 2;

const env = systemEnv();
const rig = openRig(env, loadInventory(file));
const hardware = systemHardware(() => {});

// Before the lease: of a killed process this connection is closed first.
const witness = connect(witnessPath);
await once(witness, "connect");
witness.on("error", () => {});
const answers = createInterface({ input: witness }).on("error", () => {});
const tell = async (line: string) => {
  const answered = once(answers, "line");
  witness.write(`${line}\n`);
  await answered;
};

async function ceremonies(key: RigKey): Promise<void> {
  await using opened = await openRigKey(env, rig, key, hardware);
  const challenge = toBase64url(env.entropy.bytes(32));
  const options = {
    rp: { id: "example.com", name: "Example" },
    user: { id: toBase64url(env.entropy.bytes(16)), name, displayName: name },
    challenge,
    pubKeyCredParams: [{ type: "public-key" as const, alg: -7 }],
  };
  const created = await register(env, opened.device, options, { origin: ORIGIN });
  const { credential } = verifyRegistration(created, { challenge, origins: [ORIGIN], rpId: "example.com" });
  const allowCredentials = [{ type: "public-key" as const, id: credential.id }];
  await authenticate(
    env,
    opened.device,
    { challenge, rpId: "example.com", allowCredentials },
    { origin: ORIGIN },
  );
}

const codes: string[] = [];
try {
  const request = { job: name, priority: Number(priority), limitMs: LIMIT_MS, waitMs: WAIT_MS };
  const label = await withLease(rig, request, async (lease) => {
    const { key } = lease;
    if (key === undefined) throw new Error("the contest has keys only");
    await tell(`begin ${lease.label} ${name}`);
    for (let left = TRIES; ; left--) {
      try {
        for (let round = 0; round < ROUNDS; round++) await ceremonies(key);
        break;
      } catch (error) {
        if (!isHarnessError(error) || left === 1) throw error;
        codes.push(error.code);
        // Without a finger nothing could be pressed: that is no matter of a wedged key.
        fingerFor(env, hardware, rig.inventory, key.label);
        await recoverKey(rig, {
          label: key.label,
          open: (own) => openKey(own, key.device),
          power: powerFor(env, hardware, rig.inventory, key.label),
        });
      }
    }
    await tell("end");
    return lease.label;
  });
  console.log(JSON.stringify({ outcome: "passed", label, codes }));
} catch (error) {
  const code = isHarnessError(error) ? error.code : String(error);
  console.log(JSON.stringify({ outcome: "failed", code, codes }));
  process.exitCode = 1;
  await tell("end");
} finally {
  witness.destroy();
}
