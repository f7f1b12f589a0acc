import { type CheckResult, runConformance, topicOf } from "../../../src/entry/conformance.js";
import { virtualEnv } from "../../../src/entry/sim.js";
import { simulatedTarget } from "../../../src/cli/conformance/simulated-target.js";
import type { Target } from "../../../src/conformance/target.js";
import type { BrokenDevice } from "./broken-device.js";
import { baseOf } from "./hid.js";

/** Runs the checks of the topics in question against a device with one fault. @returns what failed, the ids that must fail first. */
export async function failuresOf(broken: BrokenDevice): Promise<readonly string[]> {
  const env = virtualEnv(`broken: ${broken.name}`, { write: () => {} });
  const base = baseOf(broken);
  const { cbor, msg } = broken;
  const target = simulatedTarget(env, {
    profile: broken.profile?.(base) ?? base,
    hid: broken.hid,
    firmware: (plain) => ({
      ...plain,
      ...(plain.cbor && { cbor: cbor?.(plain.cbor) ?? plain.cbor }),
      ...(plain.msg && { msg: msg?.(plain.msg) ?? plain.msg }),
    }),
  });
  const { results } = await env.clock.run(
    runConformance(env, throughPort(target, broken.port), { only: topicsOf(broken) }),
  );
  const failed = results.filter(({ outcome }: CheckResult) => outcome === "fail").map(({ id }) => id);
  const expected = broken.found.filter((id) => failed.includes(id));
  return [...expected, ...failed.filter((id) => !expected.includes(id))];
}

/** All checks of the topics that have to find it, and those that look back over the run. */
function topicsOf({ found }: BrokenDevice): readonly string[] {
  const topics = found.map((id) => topicOf({ id }).replace(/^hid.*/, "hid"));
  return [...new Set([...topics, "command", "encoding"])].map((topic) => `${topic}.*`);
}

function throughPort(target: Target, wrap: BrokenDevice["port"]): Target {
  const { port, power } = target;
  if (wrap === undefined || port === undefined || power === undefined) return target;
  return {
    ...target,
    port: async () => wrap(await port()),
    power: { cycle: async () => wrap(await power.cycle()) },
  };
}
