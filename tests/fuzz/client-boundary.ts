import { concat } from "../../src/core/bytes.js";
import { envFor } from "../../src/core/env.js";
import { isHarnessError } from "../../src/core/errors.js";
import { StallError } from "../../src/core/virtual-clock.js";
import { openSession } from "../../src/ctap/client/session.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import { register } from "../../src/webauthn/client/register.js";
import { creationOptions, ORIGIN, requestOptions } from "../helpers/ceremony-options.js";
import { violated, type FuzzBoundary, type FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";
import { FuzzedKey } from "./fuzzed-key.js";
import { mutate, mutateCbor } from "./mutate.js";
import { allRecordings, type Recording } from "./recordings.js";
import { INFO_VECTORS } from "./vectors.js";

/** More messages than any ceremony takes: a device must not keep a client busy for ever. */
const MESSAGES_MAX = 200;

/** Only errors of our own may come out of the client; time that cannot move is a hang. */
export async function onlyOurErrors(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StallError || !isHarnessError(error)) throw error;
  }
}

const CONTEXT = { origin: ORIGIN, pin: () => Promise.resolve("31415926") };

/**
 * A whole ceremony with a key one of whose answers is replaced by the message.
 *
 * The first byte of a message says which answer, the second which ceremony.
 */
class ClientWorld implements FuzzWorld {
  readonly #recording: Recording;
  readonly #corpus: readonly Uint8Array[];

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#corpus = [...recording.responses, ...INFO_VECTORS.map((info) => concat(Uint8Array.of(0), info))];
  }

  next(chance: Chance): Uint8Array {
    const which = Uint8Array.of(chance.below(6), chance.below(4));
    if (chance.oneIn(10)) return concat(which, chance.bytes(chance.below(200)));
    const model = chance.pick(this.#corpus);
    if (chance.oneIn(2)) return concat(which, mutate(chance, model, this.#corpus));
    const body = mutateCbor(chance, model.subarray(1));
    return concat(which, body ? concat(model.subarray(0, 1), body) : mutate(chance, model, this.#corpus));
  }

  async hand(message: Uint8Array): Promise<void> {
    const [nth = 0, ceremony = 0] = message;
    const bench = new FuzzedKey(this.#recording.profile);
    let asked = 0;
    const device = new LoopbackDevice(bench.env, (request, options) => {
      // The client might make an error of its own of this one, so it is looked at again at the end.
      if (asked > MESSAGES_MAX) throw new StallError("LIVELOCK", "the client does not stop asking");
      return asked++ === nth ? Promise.resolve(message.slice(2)) : bench.key.handle(request, options);
    });
    const client = envFor(bench.env, "client");
    const ceremonies = [
      () => register(client, device, creationOptions(), CONTEXT),
      () => authenticate(client, device, requestOptions(), CONTEXT),
      () =>
        register(
          client,
          device,
          creationOptions({
            authenticatorSelection: { residentKey: "required" },
            extensions: {
              prf: { eval: { first: "AAAA" } },
              credProps: true,
              largeBlob: { support: "preferred" },
            },
          }),
          CONTEXT,
        ),
      async () => {
        const session = await openSession(client, device);
        await session.setPin("31415926");
        await session.pinUvAuthToken({ pin: "31415926", permissions: 3, rpId: "example.com" });
        await session.pinRetries();
      },
    ];
    await onlyOurErrors(bench.run((ceremonies[ceremony % ceremonies.length] as () => Promise<unknown>)()));
    if (asked > MESSAGES_MAX) violated("the client does not stop asking");
  }

  settle(): void {}
}

export const clientBoundary: FuzzBoundary = {
  name: "client",
  what: "our client, one answer of whose key is spoilt",
  messagesPerWorld: 64,
  // A message is a whole ceremony.
  share: 0.01,
  async start(chance) {
    return new ClientWorld(chance.pick(await allRecordings()));
  },
};
