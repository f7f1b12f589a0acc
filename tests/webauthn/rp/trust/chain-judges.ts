/** Two independent judges of certification paths: pkijs in this process, and the `openssl` program. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Certificate, CertificateChainValidationEngine } from "pkijs";
import { toBase64 } from "../../../../src/core/bytes.js";
import { VALID_AT_MS } from "../certificate-maker.js";
import type { ChainCase } from "./chain-cases.js";

/** What a judge says: "accepted", or its own number for the fault. */
export type Judgement = "accepted" | `refused ${string}`;

export async function askPkijs({ path, root }: ChainCase): Promise<Judgement> {
  const read = (der: Uint8Array) => Certificate.fromBER(Uint8Array.from(der));
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [read(root)],
    // It takes the leaf last.
    certs: [...path].reverse().map(read),
    checkDate: new Date(VALID_AT_MS),
  });
  const { result, resultCode } = await engine.verify();
  return result ? "accepted" : `refused ${resultCode}`;
}

/** @throws {Error} when there is no `openssl`. */
export function askOpenssl({ path, root }: ChainCase): Judgement {
  const folder = mkdtempSync(join(tmpdir(), "chain-"));
  try {
    const file = (name: string, ders: readonly Uint8Array[]) => {
      const at = join(folder, name);
      writeFileSync(at, ders.map(pem).join(""));
      return at;
    };
    const [leaf, ...others] = path;
    const args = ["verify", "-attime", String(VALID_AT_MS / 1000), "-partial_chain"];
    args.push("-CAfile", file("root.pem", [root]));
    if (others.length > 0) args.push("-untrusted", file("others.pem", others));
    args.push(file("leaf.pem", [leaf as Uint8Array]));
    const { status, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
    if (error !== undefined) throw error;
    return status === 0 ? "accepted" : `refused ${/error (\d+) at/.exec(stderr)?.[1] ?? stderr.trim()}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pem(der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
