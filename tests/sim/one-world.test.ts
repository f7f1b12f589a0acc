/** What a script does in the middle of a run works in the world of a simulated site and in that of a real one alike. */
import { describe, expect, test } from "vitest";
import type { VirtualEnv } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { sleep } from "../../src/core/clock.js";
import type { TraceRecord } from "../../src/core/trace.js";
import { attachedWorld } from "../../src/sim/attached-rp/attached-world.js";
import { parseSiteConfig } from "../../src/sim/attached-rp/site-config.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { simWorld } from "../../src/sim/sim-world.js";
import type { World } from "../../src/sim/world.js";
import type { PublicKeyCredentialCreationOptionsJSON } from "../../src/webauthn/json.js";

const OPTIONS: PublicKeyCredentialCreationOptionsJSON = {
  rp: { id: "shop.example", name: "Example Shop" },
  user: { id: "dXNlcg", name: "hanako", displayName: "Hanako" },
  challenge: "AAAAAAAAAAAAAAAAAAAAAA",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  timeout: 60_000,
};

const SITE = parseSiteConfig({
  schema: 1,
  baseUrl: "https://shop.example",
  registration: { options: { path: "/r/o" }, finish: { path: "/r/f" } },
  login: { options: { path: "/l/o" }, finish: { path: "/l/f" } },
});

/** Both worlds on one kind of clock: the request below is the browser's and never reaches the site. */
const WORLDS = {
  simulated: (knobs: KnobOverrides) => simWorld("one", knobs),
  attached: (knobs: KnobOverrides) => {
    const env = virtualEnv("one");
    return Object.assign(attachedWorld(env, { config: SITE, secret: () => undefined, knobs }), { env });
  },
};

/** Records of a registration during which these knobs are set, one second after another. */
async function recordsWith(
  world: World & { readonly env: VirtualEnv },
  knobs: readonly KnobOverrides[],
): Promise<readonly TraceRecord[]> {
  const { env } = world;
  const asked = world.browser.create(OPTIONS).catch(() => undefined);
  await env.clock.run(
    (async () => {
      for (const more of knobs) {
        await sleep(env.clock, 1_000, "test.step");
        world.setKnobs(more);
      }
      await asked;
    })(),
  );
  return env.records;
}

describe("knobs set in the middle of a run", () => {
  const stages = (records: readonly TraceRecord[]) =>
    records.flatMap((record) => (record.kind === "link.hybrid" ? [record.stage] : []));

  test("switch Bluetooth off and on in both worlds", async () => {
    const [simulated, attached] = await Promise.all(
      Object.values(WORLDS).map((build) =>
        recordsWith(build({ "link.road": "hybrid" }), [{ "os.btPowered": false }, { "os.btPowered": true }]),
      ),
    );
    expect(stages(simulated ?? [])).toEqual(expect.arrayContaining(["radio-off", "radio-on"]));
    expect(stages(attached ?? [])).toEqual(stages(simulated ?? []));
  });
});
