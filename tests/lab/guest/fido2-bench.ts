import { startUdev } from "../../../lab/services/udev.js";
import { profileNamed } from "../../../src/entry/sim.js";
import { succeed } from "./fido2-tool.js";
import { KeyOfThisMachine } from "./key-of-this-machine.js";
import { Recorder } from "./recorded-check.js";

export const PIN = "31415926";
export const TOKEN = "fido2-token";

/** What a tool is given that asks for the PIN. */
export const withPin = { lines: [PIN] };

/** A key with everything CTAP 2.3 has, in a machine with Debian's tools. */
export class Fido2Bench {
  readonly recorder: Recorder;
  readonly key: KeyOfThisMachine;
  /** The key's node at the moment. */
  path = "";

  private constructor(recorder: Recorder, key: KeyOfThisMachine) {
    this.recorder = recorder;
    this.key = key;
  }

  static async setUp(): Promise<Fido2Bench> {
    startUdev();
    const recorder = new Recorder();
    // libfido2 1.12 asks for credential management by the byte of its preview, whatever the key says.
    const options = { ...profileNamed("ctap23").options, credentialMgmtPreview: true };
    const bench = new Fido2Bench(
      recorder,
      await KeyOfThisMachine.plugIn(recorder, { different: { options } }),
    );
    ({ path: bench.path } = await bench.key.listed());
    return bench;
  }

  /** Power lost and back: another node, as a rule. */
  async powerCycle(): Promise<void> {
    await this.key.exposed.powerCycle();
    ({ path: this.path } = await this.key.listed());
  }

  /** What `fido2-token -I` prints. */
  async info(): Promise<string> {
    return (await succeed(TOKEN, ["-I", this.path])).join("\n");
  }

  async setPin(): Promise<void> {
    await succeed(TOKEN, ["-S", this.path], { lines: [PIN, PIN] });
  }
}
