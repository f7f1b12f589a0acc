import { type CheckResult, runConformance } from "../../../src/entry/conformance.js";
import { virtualEnv } from "../../../src/entry/sim.js";
import { simulatedTarget } from "../../../src/cli/conformance/simulated-target.js";
import type { Target } from "../../../src/conformance/target.js";
import type { BrokenDevice } from "./broken-device.js";
import { baseOf } from "./hid.js";

/** Runs every check against a device with one fault. @returns what failed, the ids that must fail first. */
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
  const { results } = await env.clock.run(runConformance(env, throughPort(target, broken.port)));
  const failed = results.filter(({ outcome }: CheckResult) => outcome === "fail").map(({ id }) => id);
  const expected = broken.found.filter((id) => failed.includes(id));
  return [...expected, ...failed.filter((id) => !expected.includes(id))];
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
