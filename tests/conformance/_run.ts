import { virtualEnv, profileNamed, PROFILES } from "../../src/entry/sim.js";
import { runConformance, CHECKS } from "../../src/entry/conformance.js";
import { simulatedTarget } from "../../src/cli/conformance/simulated-target.js";
const names = process.argv.slice(2);
console.log(CHECKS.length, new Set(CHECKS.map(c=>c.id)).size);
for (const name of names[0]==="all" ? [...PROFILES.keys()] : names) {
  const env = virtualEnv("1", { write() {} });
  const t0 = performance.now();
  const target = simulatedTarget(env, { profile: profileNamed(name) });
  const r = await env.clock.run(runConformance(env, target, { only: process.env["ONLY"] ? [process.env["ONLY"]] : [] }));
  console.log("==", name, JSON.stringify(r.counts), Math.round(performance.now()-t0)+"ms", "virtual", Math.round(env.clock.nowMs()/1000)+"s");
  for (const one of r.results) if (one.outcome==="fail"||one.outcome==="inconclusive"||(process.env["NA"]&&one.outcome!=="pass")) console.log("  ", one.outcome, one.id, "|", one.reason ?? `expected ${one.failure?.expected}; saw ${one.failure?.seen}`);
}
