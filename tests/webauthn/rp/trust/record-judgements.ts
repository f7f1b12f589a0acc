/**
 * Writes tests/vectors/certificate-chains.json: what OpenSSL and pkijs say of every path of chain-cases.ts. Run by hand
 * when the cases change: `npx tsx tests/webauthn/rp/trust/record-judgements.ts`.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { chainCases } from "./chain-cases.js";
import { askOpenssl, askPkijs } from "./chain-judges.js";

const version = spawnSync("openssl", ["version"], { encoding: "utf8" })
  .stdout.split(" ")
  .slice(0, 2)
  .join(" ");
const cases = [];
for (const one of chainCases()) {
  cases.push({ name: one.name, openssl: askOpenssl(one), pkijs: await askPkijs(one) });
}
const file = {
  kind: "certificate-chains",
  description: `Judgements of ${version} (verify -partial_chain) and pkijs 4.0.0 on the paths of chain-cases.ts.`,
  count: cases.length,
  cases,
};
writeFileSync(
  new URL("../../../vectors/certificate-chains.json", import.meta.url),
  `${JSON.stringify(file, null, 1)}\n`,
);
