import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type OracleCase,
  type OracleTable,
  SAMPLE_NAMES,
  type SampleName,
  VERDICT_CLASSES,
  barsOf,
  type VerdictClass,
  mergeTables,
  oracleTableToText,
} from "../../entry/scenarios.js";
import { type Invocation, type Outcome, UsageError } from "../command.js";
import { readJsonFile } from "../files/read-file.js";
import { replaceFile } from "../files/replace-file.js";
import { choiceOption, flag, textOption } from "../options.js";
import { runOracle } from "../run-oracle.js";

export const ORACLE_HELP = `  --sample NAME        one way of drawing: ${SAMPLE_NAMES.join(", ")} (all of them in turn)
  --only SAMPLE/DRAW   one draw, as clusters name their examples
  --shard I/N          only every N-th draw, from the I-th on; confusion merge joins the tables
  --missing            also explain every trace without each party, and without pairs of parties
  --clocks             also explain every trace with each party's clock 5 s and 90 s fast and slow
  --list CLASS[,...]   a line for each verdict of these classes: ${VERDICT_CLASSES.filter((name) => name !== "right").join(", ")}
  --dump DIR           a scenario file for each verdict that is not right, without what does not matter in it
  --out FILE           write the table as JSON, for confusion merge
  --rates FILE         likewise without the clusters, as docs/verdict-rates.json is
  --hold               exit with 1 when a rate is not what is promised`;

export const ORACLE_OPTIONS = {
  sample: { type: "string" },
  only: { type: "string" },
  shard: { type: "string" },
  list: { type: "string" },
  dump: { type: "string" },
  out: { type: "string" },
  rates: { type: "string" },
  hold: { type: "boolean", default: false },
  missing: { type: "boolean", default: false },
  clocks: { type: "boolean", default: false },
} as const;

interface Settings {
  readonly seed: string;
  readonly draws: number;
  readonly jobs: number;
}

/** Draws plans and judges every verdict on them by counterfactual runs. */
export async function measureByCounterfactuals(settings: Settings, invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const only = onlyDraw(textOption(invocation, "only"));
  const draws = only ? [only.draw] : drawsOf(settings.draws, textOption(invocation, "shard"));
  const listed = classesOf(textOption(invocation, "list"));
  const dump = textOption(invocation, "dump");
  if (dump !== undefined) mkdirSync(dump, { recursive: true });
  const lines: string[] = [];
  const table = await runOracle({
    ...settings,
    jobs: Math.min(settings.jobs, draws.length),
    draws,
    sample: only?.sample ?? choiceOption(invocation, "sample", SAMPLE_NAMES),
    onProgress: (done) => terminal.status(`${done}/${draws.length}`),
    missing: flag(invocation, "missing"),
    clocks: flag(invocation, "clocks"),
    onCase: ({ found, files }) => {
      if (dump !== undefined) for (const { name, text } of files) replaceFile(join(dump, name), text);
      if (listed.includes(found.class)) lines.push(lineOf(found, files[0]?.name ?? ""));
    },
  });
  terminal.status("");
  if (dump !== undefined) replaceFile(join(dump, "clusters.txt"), `${oracleTableToText(table)}\n`);
  return outcomeOfTable(table, invocation, lines);
}

/** Joins the tables of several shards. @throws {UsageError} USAGE for fewer than one file. */
export function mergeOracleTables(paths: readonly string[], invocation: Invocation): Outcome {
  const tables = paths.map(readTable);
  if (tables.length === 0) {
    throw new UsageError("USAGE", "confusion merge joins tables that --out wrote", {
      hint: "passkey-harness confusion merge a.json b.json",
    });
  }
  return outcomeOfTable(mergeTables(tables), invocation, []);
}

function outcomeOfTable(table: OracleTable, invocation: Invocation, lines: readonly string[]): Outcome {
  const out = textOption(invocation, "out");
  if (out !== undefined) replaceFile(out, `${JSON.stringify(table, undefined, 1)}\n`);
  const rates = textOption(invocation, "rates");
  if (rates !== undefined)
    replaceFile(rates, `${JSON.stringify({ ...table, clusters: [] }, undefined, 2)}\n`);
  const isHeld = barsOf(table).every(({ isMet }) => isMet);
  const text = [oracleTableToText(table), ...(lines.length > 0 ? ["", ...[...lines].sort()] : [])].join("\n");
  const isGood = isHeld || !flag(invocation, "hold");
  return {
    exitCode: isGood ? 0 : 1,
    json: { ok: isGood, ...table, bars: barsOf(table), listed: lines },
    text,
  };
}

function readTable(path: string): OracleTable {
  const table = readJsonFile(path, {
    what: "table",
    limit: "TABLE_BYTES_MAX",
  }) as Partial<OracleTable> | null;
  if (table?.version !== 1 || table.clusters === undefined) {
    throw new UsageError("USAGE", `${path} is no table of confusion --out`);
  }
  return table as OracleTable;
}

function lineOf(found: OracleCase, name: string): string {
  const { class: is, sample, draw, ceremony, kind, said, sufficient, deviations, change = "" } = found;
  const sets = sufficient.map((names) => names.join("+") || "nothing").join(" | ");
  return `${is}  ${sample}/${draw} ${ceremony} ${kind} ${change}  said ${said?.cause ?? "nothing"}  found ${sets}  of ${deviations.join("; ")}  ${name}`;
}

function drawsOf(draws: number, shard: string | undefined): readonly number[] {
  const all = Array.from({ length: draws }, (_, draw) => draw);
  if (shard === undefined) return all;
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(shard) ?? [];
  const at = Number(index);
  const count = Number(of);
  if (index === undefined || at < 1 || at > count) {
    throw new UsageError("USAGE", `--shard takes 1/4 to 4/4 and the like, not "${shard}"`);
  }
  return all.filter((draw) => draw % count === at - 1);
}

/** @throws {UsageError} USAGE for what is not like `A/14`. */
function onlyDraw(
  text: string | undefined,
): { readonly sample: SampleName; readonly draw: number } | undefined {
  if (text === undefined) return undefined;
  const [name, number, ...surplus] = text.split("/");
  const sample = SAMPLE_NAMES.find((one) => one === name);
  if (sample === undefined || number === undefined || !/^\d+$/.test(number) || surplus.length > 0) {
    throw new UsageError(
      "USAGE",
      `--only takes a sample and the number of a draw, such as A/14, not "${text}"`,
    );
  }
  return { sample, draw: Number(number) };
}

function classesOf(text: string | undefined): readonly VerdictClass[] {
  return (text?.split(",") ?? []).map((name) => {
    const known = VERDICT_CLASSES.find((one) => one === name);
    if (known !== undefined) return known;
    throw new UsageError("USAGE", `--list takes ${VERDICT_CLASSES.join(", ")}, not "${name}"`);
  });
}
