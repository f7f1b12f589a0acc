import { describe, expect, test } from "vitest";
import type { UserBehaviour } from "../../../src/sim/user.js";
import { ManagedKey } from "./managed-key.js";

interface Listed {
  readonly fingerprints: readonly { readonly id: string; readonly name?: string }[];
  readonly sensor: object;
}

const keyWithSensor = (behaviour: UserBehaviour = {}) =>
  ManagedKey.withPin({ profile: "fingerprint", behaviour });
const list = async (key: ManagedKey) => (await key.succeed("fingerprints")) as unknown as Listed;

describe("fingerprints", () => {
  test("are enrolled with feedback, renamed and deleted", async () => {
    await using key = await keyWithSensor();
    const before = await list(key);
    expect(before.sensor).toMatchObject({ kind: "touch", samplesMax: 4 });
    const { enrolled, samples } = (await key.succeed("fingerprints", "enroll", "--name", "thumb")) as {
      enrolled: { id: string };
      samples: unknown;
    };
    expect(samples).toEqual([3, 2, 1, 0].map((remaining) => ({ feedback: "GOOD", remaining })));
    const { id } = enrolled;
    expect((await list(key)).fingerprints).toEqual([...before.fingerprints, { id, name: "thumb" }]);

    await key.succeed("fingerprints", "rename", id, "left thumb", "--dry-run");
    expect((await list(key)).fingerprints).toContainEqual({ id, name: "thumb" });
    await key.succeed("fingerprints", "rename", id, "left thumb");
    expect((await list(key)).fingerprints).toContainEqual({ id, name: "left thumb" });

    expect(await key.succeed("fingerprints", "delete", id, "--dry-run")).toMatchObject({
      wouldDelete: { id, name: "left thumb" },
    });
    expect(await key.succeed("fingerprints", "delete", id.toUpperCase())).toEqual({ ok: true, deleted: id });
    expect((await list(key)).fingerprints).toEqual(before.fingerprints);
  });

  test("the last one that is deleted leaves the key with its PIN alone, and that is told", async () => {
    await using key = await keyWithSensor();
    const [only] = (await list(key)).fingerprints;
    expect(await key.succeed("fingerprints", "delete", only?.id ?? "")).toMatchObject({ isLast: true });
    expect(await list(key)).toMatchObject({ fingerprints: [] });
  });

  test("samples that are no good are told, and others asked for", async () => {
    await using key = await keyWithSensor({ nth: { 2: { feedback: "TOO_FAST" } } });
    const { exitCode, stdout } = await key.run("fingerprints", "enroll");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^sample 1: good, 3 more wanted\nsample 2: too fast, 3 more wanted\nsample 3: good, 2 [^]*sample 5: good, 0 more wanted\nenrolled [0-9a-f]+ {2}no name\n$/,
    );
  });

  test.each<[UserBehaviour, string]>([
    [{ prompts: { sample: { does: "walks-away" } } }, "no finger came for 3 samples in a row"],
    [
      { prompts: { sample: { feedback: "POOR_QUALITY" } } },
      "10 samples in a row were no good, the last one poor quality",
    ],
  ])("an enrolment that comes to nothing is given up and cancelled", async (behaviour, message) => {
    await using key = await keyWithSensor(behaviour);
    expect(await key.ask("fingerprints", "enroll", "--sample-ms", "20")).toMatchObject({
      exitCode: 1,
      error: { code: "ENROLLMENT_GIVEN_UP", message },
    });
    expect((await list(key)).fingerprints).toHaveLength(1);
  });

  test.each([
    [["delete", "00ff"], "no finger on the key has the id 00ff"],
    [["rename", "00ff", "x"], "no finger on the key has the id 00ff"],
    [["delete", "thumb"], '"thumb" is not the id of a finger'],
    [["enroll", "--name", "x".repeat(33)], "the key takes 32 bytes at most for the name of a finger"],
  ])("%j is refused", async (words, message) => {
    await using key = await keyWithSensor();
    expect(await key.ask("fingerprints", ...words)).toMatchObject({ exitCode: 2, error: { message } });
    expect((await list(key)).fingerprints).toHaveLength(1);
  });

  test("a key without a sensor names the option that is missing", async () => {
    await using key = await ManagedKey.plugIn({ profile: "generic" });
    expect(await key.ask("fingerprints")).toMatchObject({
      exitCode: 1,
      error: {
        code: "FEATURE_UNSUPPORTED",
        message:
          "this key cannot enrol fingers: its getInfo has no option bioEnroll or userVerificationMgmtPreview",
      },
    });
  });
});
