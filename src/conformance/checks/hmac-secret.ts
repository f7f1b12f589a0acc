import type { CborKey, CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { toCoseMap } from "../../ctap/messages/cose.js";
import { expectStatus } from "../answer.js";
import type { Bench } from "../bench.js";
import { assertWith, create, type Created, sendGet } from "../ceremony.js";
import type { Check } from "../check.js";
import { agree, protocolsOf, type Secret } from "../pin.js";
import { CheckFailure, demand, shown } from "../verdict.js";
import { forExtension, outputOf, type Rule } from "./extensions.js";

interface Salts {
  readonly secret: Secret;
  readonly salts: Uint8Array;
  /** What differs from a good input. */
  readonly change?: ((input: Map<CborKey, CborValue>) => void) | undefined;
}

function saltsInput(bench: Bench, { secret, salts, change }: Salts): CborValue {
  const { protocol, sharedSecret, keyAgreement } = secret;
  const saltEnc = protocol.encrypt(sharedSecret, salts, bench.env.entropy);
  const input = new Map<CborKey, CborValue>([
    [1, toCoseMap(keyAgreement)],
    [2, saltEnc],
    [3, protocol.authenticate(sharedSecret, saltEnc)],
    ...(protocol.version === 1 ? [] : [[4, protocol.version] as const]),
  ]);
  change?.(input);
  return input;
}

/** The secrets for these salts. @throws {CheckFailure} when there are none. */
async function secretsOf(
  bench: Bench,
  made: Created,
  salts: Uint8Array,
  version?: 1 | 2,
): Promise<Uint8Array> {
  const secret = await agree(bench, version);
  const extensions = [["hmac-secret", saltsInput(bench, { secret, salts })]] as const;
  const { data } = await assertWith(bench, { rpId: made.rpId, list: [made.id], extensions });
  const output = data.extensions?.get("hmac-secret");
  demand(output instanceof Uint8Array, "an output in bytes", "none");
  const opened = secret.protocol.decrypt(secret.sharedSecret, output);
  if (opened === undefined) throw new CheckFailure({ expected: "an output that decrypts", seen: "another" });
  return opened;
}

const withSecret = (bench: Bench) => create(bench, { extensions: [["hmac-secret", true]] });

async function refusedSalts(bench: Bench, change: Salts["change"], salts = new Uint8Array(32)) {
  const made = await withSecret(bench);
  const secret = await agree(bench);
  const extensions = [["hmac-secret", saltsInput(bench, { secret, salts, change })]] as const;
  return sendGet(bench, { rpId: made.rpId, list: [made.id], extensions });
}

const HMAC_SECRET = forExtension("hmac-secret", [
  {
    id: "hmac-secret.created",
    title: "hmac-secret: true at creation is answered with true",
    section: "12.7",
    async run(bench) {
      const output = outputOf(await withSecret(bench), "hmac-secret");
      demand(output === true, "true", shown(output));
    },
  },
  {
    id: "hmac-secret.one-salt",
    title: "one salt gives a secret of 32 bytes, by each protocol, and the same each time",
    section: "12.7",
    async run(bench) {
      const made = await withSecret(bench);
      const salt = bench.hash();
      const first = await secretsOf(bench, made, salt);
      demand(first.length === 32, "32 bytes", `${first.length}`);
      for (const version of protocolsOf(bench)) {
        demand(equalBytes(await secretsOf(bench, made, salt, version), first), "the same secret", "another");
      }
    },
  },
  {
    id: "hmac-secret.two-salts",
    title: "two salts give two secrets, the first of which is that of the first salt alone",
    section: "12.7",
    async run(bench) {
      const made = await withSecret(bench);
      const salts = bench.env.entropy.bytes(64);
      const both = await secretsOf(bench, made, salts);
      const one = await secretsOf(bench, made, salts.subarray(0, 32));
      demand(both.length === 64, "64 bytes", `${both.length}`);
      demand(equalBytes(both.subarray(0, 32), one), "the first secret first", "another");
      demand(!equalBytes(both.subarray(32), one), "two secrets", "one");
    },
  },
  {
    id: "hmac-secret.per-credential",
    title: "another credential gives another secret",
    section: "12.7",
    async run(bench) {
      const salt = bench.hash();
      const [one, two] = [await withSecret(bench), await withSecret(bench)];
      const same = equalBytes(await secretsOf(bench, one, salt), await secretsOf(bench, two, salt));
      demand(!same, "two secrets", "the same one");
    },
  },
  {
    id: "hmac-secret.wrong-salt-auth",
    title: "a wrong saltAuth is refused with PIN_AUTH_INVALID",
    section: "12.7",
    async run(bench) {
      const answer = await refusedSalts(bench, (input) => {
        input.set(
          3,
          (input.get(3) as Uint8Array).map((byte) => byte ^ 1),
        );
      });
      expectStatus(answer, "PIN_AUTH_INVALID");
    },
  },
  {
    id: "hmac-secret.salt-of-16",
    title: "a salt of 16 bytes is refused",
    section: "12.7",
    async run(bench) {
      expectStatus(
        await refusedSalts(bench, undefined, new Uint8Array(16)),
        "INVALID_PARAMETER",
        "INVALID_LENGTH",
      );
    },
  },
  ...([1, 2, 3] as const).map((member): Rule => ({
    id: `hmac-secret.without-member-${member}`,
    title: `an input without its member ${member} is refused with MISSING_PARAMETER`,
    section: "12.7",
    async run(bench) {
      expectStatus(await refusedSalts(bench, (input) => void input.delete(member)), "MISSING_PARAMETER");
    },
  })),
  {
    id: "hmac-secret.without-touch",
    title: "secrets with up: false are refused with UNSUPPORTED_OPTION",
    section: "12.7",
    async run(bench) {
      const made = await withSecret(bench);
      const secret = await agree(bench);
      const extensions = [["hmac-secret", saltsInput(bench, { secret, salts: new Uint8Array(32) })]] as const;
      const answer = await sendGet(bench, {
        rpId: made.rpId,
        list: [made.id],
        extensions,
        up: false,
        auth: "none",
      });
      expectStatus(answer, "UNSUPPORTED_OPTION");
    },
  },
]);

const HMAC_SECRET_MC: readonly Check[] = [
  ...forExtension("hmac-secret-mc", [
    {
      id: "hmac-secret-mc.same-secret",
      title: "the secret at creation is that of later assertions",
      section: "12.8",
      async run(bench) {
        const secret = await agree(bench);
        const salts = bench.hash();
        const extensions = [
          ["hmac-secret", true],
          ["hmac-secret-mc", saltsInput(bench, { secret, salts })],
        ] as const;
        const made = await create(bench, { extensions });
        const output = outputOf(made, "hmac-secret-mc");
        demand(output instanceof Uint8Array, "an output in bytes", "none");
        const opened = secret.protocol.decrypt(secret.sharedSecret, output) ?? new Uint8Array(0);
        demand(equalBytes(opened, await secretsOf(bench, made, salts)), "the same secret", "another");
      },
    },
  ]),
];

/** hmac-secret and hmac-secret-mc. */
export const HMAC_SECRET_CHECKS: readonly Check[] = [...HMAC_SECRET, ...HMAC_SECRET_MC];
