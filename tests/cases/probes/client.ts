/** Our client against devices that were not as it expected. */
import { toBase64url } from "../../../src/core/bytes.js";
import { isHarnessError } from "../../../src/core/errors.js";
import { openSession } from "../../../src/ctap/client/session.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import type { CreationOptionsInput } from "../../../src/webauthn/json-input.js";
import { bench, PIN } from "../../helpers/webauthn-bench.js";
import { cameOf, inputOf, type Probe } from "../case.js";

const PICO = profileNamed("pico-fido");
const RESIDENT = { authenticatorSelection: { residentKey: "required" } } as const;

/** Ids of other authenticators, each of `length` bytes. */
const foreign = (count: number, length: number) =>
  Array.from({ length: count }, (_, nr) => ({
    type: "public-key" as const,
    id: toBase64url(new Uint8Array(length).fill(nr + 1)),
  }));

const account = (name: string) => ({
  user: { id: toBase64url(new TextEncoder().encode(name)), name, displayName: name },
});

const ALGORITHMS = [-7, -8, -35, -36, -37, -38, -39, -47, -48, -49, -257, -258, -259].map((alg) => ({
  type: "public-key" as const,
  alg,
}));

async function codeAndAftermath(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "resolved";
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    return `${error.code}, aftermath ${error.aftermath}`;
  }
}

export const CLIENT: Readonly<Record<string, Probe>> = {
  async "exclude-list-too-long-for-pico"() {
    const lines: string[] = [];
    for (const count of [0, 3, 4, 5, 6]) {
      const { create } = await bench({ profile: PICO });
      const options: Partial<CreationOptionsInput> = {
        ...RESIDENT,
        pubKeyCredParams: ALGORITHMS,
        excludeCredentials: foreign(count, 64),
        extensions: { prf: { eval: { first: toBase64url(new Uint8Array(32)) } }, credProps: true },
      };
      lines.push(`${count} ids of 64 bytes: ${await cameOf(() => create(options).then(() => "created"))}`);
    }
    return lines;
  },
  async "long-id-kills-login"() {
    const { create, get } = await bench({ profile: PICO });
    const own = (await create()).id;
    const lines: string[] = [];
    for (const length of [300, 900, 960, 1023]) {
      const list = [...foreign(1, length), { type: "public-key" as const, id: own }];
      const login = await cameOf(() => get({ allowCredentials: list }).then(({ id }) => id === own));
      const more = { ...account(`n${length}`), excludeCredentials: foreign(1, length) };
      lines.push(`${length} bytes: ${login}, ${await cameOf(() => create(more).then(() => "created"))}`);
    }
    return lines;
  },
  async par() {
    const { env, startCreate, store } = await bench({ pin: PIN });
    const one = (name: string) =>
      startCreate(
        {
          ...account(name),
          authenticatorSelection: { residentKey: "required", userVerification: "required" },
        },
        { pin: () => Promise.resolve(PIN) },
      );
    const all = await env.clock.run(Promise.allSettled([one("p"), one("q"), one("r")]));
    return `${all.map(({ status }) => status).join(", ")}; ${store.credentials.length} credentials`;
  },
  async "sim20-token"() {
    const lines: string[] = [];
    for (const name of ["ctap20", "solo1", "generic"]) {
      const { env, key } = await bench({ profile: profileNamed(name), pin: PIN });
      const session = await env.clock.run(openSession(env, new LoopbackDevice(env, key.handle)));
      const request = { pin: PIN, permissions: 3, rpId: "example.com" };
      const token = await env.clock.run(session.pinUvAuthToken(request));
      const hash = new Uint8Array(32).fill(1);
      const make = (id: number) =>
        session.makeCredential({
          clientDataHash: hash,
          rp: { id: "example.com" },
          user: { id: Uint8Array.of(id), name: "n" },
          pubKeyCredParams: [{ type: "public-key", alg: -7 }],
          pinUvAuthParam: token.authenticate(hash),
          pinUvAuthProtocol: token.protocol,
        });
      const say = (work: Promise<unknown>) => cameOf(() => env.clock.run(work).then(() => "OK"));
      lines.push(
        `${name}: first ${await say(make(1))}, second ${await say(make(2))}, selection ${await say(session.selection())}`,
      );
    }
    return lines;
  },
  async sm2(one) {
    const options = JSON.parse(inputOf(one)) as CreationOptionsInput;
    const { create, store } = await bench();
    const came = await codeAndAftermath(() => create(options, { origin: "https://example.com" }));
    return `${came}; ${store.credentials.length} credentials`;
  },
  async "stale-key-burns-pin"() {
    const { env, key } = await bench({ pin: PIN });
    const device = new LoopbackDevice(env, key.handle);
    const open = () => env.clock.run(openSession(env, device));
    const [a, b] = [await open(), await open()];
    const tokenFor = (session: typeof a, pin: string) =>
      cameOf(() =>
        env.clock.run(session.pinUvAuthToken({ pin, permissions: 1, rpId: "example.com" })).then(() => "OK"),
      );
    const retries = async () => (await env.clock.run(a.pinRetries())).retries;
    return [
      `A, right PIN: ${await tokenFor(a, PIN)}, retries ${await retries()}`,
      `B, wrong PIN: ${await tokenFor(b, "9999")}, retries ${await retries()}`,
      `A, right PIN: ${await tokenFor(a, PIN)}, retries ${await retries()}`,
    ];
  },
  async t1() {
    const lines: string[] = [];
    for (const pins of [
      ["12", PIN],
      ["x".repeat(70), PIN],
      ["", PIN],
      [` ${PIN}`, PIN],
    ]) {
      const { create } = await bench({ pin: PIN });
      const asked: string[] = [];
      const options = { authenticatorSelection: { userVerification: "required" } } as const;
      const came = await cameOf(() =>
        create(options, {
          pin: ({ attempt, problem }) => {
            asked.push(`${attempt}${problem === undefined ? "" : ` ${problem}`}`);
            return Promise.resolve(pins[asked.length - 1] as string);
          },
        }).then(() => "created"),
      );
      lines.push(`${(pins[0] as string).length} characters: ${came}, asked ${asked.join("; ")}`);
    }
    return lines;
  },
  async "two-logins-mix"() {
    const { env, create, startGet } = await bench();
    const ids: string[] = [];
    for (const name of ["a", "b", "c"]) ids.push((await create({ ...RESIDENT, ...account(name) })).id);
    const login = () =>
      startGet({}, { chooseAccount: (accounts) => Promise.resolve(accounts.length - 1) }).then(
        ({ id, response }) =>
          `${ids.indexOf(id)} of ${response.userHandle === undefined ? "nobody" : "its account"}`,
      );
    const both = await env.clock.run(Promise.allSettled([login(), login()]));
    return both.map((one) =>
      one.status === "fulfilled" ? `signed in, passkey ${one.value}` : String(one.reason),
    );
  },
  async "unreadable-key-says-none"() {
    const { create, store } = await bench({
      intercept: async (request, pass) => {
        const answer = await pass();
        if (request[0] !== 1 || answer[0] !== 0) return answer;
        const changed = answer.slice();
        // The curve of the credential's key: -1 is 1, and an x of 32 bytes follows.
        const at = Buffer.from(answer).indexOf(Buffer.from("20012158", "hex"));
        changed[at + 1] = 9;
        return changed;
      },
    });
    return `${await codeAndAftermath(() => create(RESIDENT))}; ${store.credentials.length} credentials`;
  },
};
