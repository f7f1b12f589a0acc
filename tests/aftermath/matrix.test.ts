/**
 * Every fault effect at every step of every story on every road: what each error says remains, held against what the
 * simulated authenticator did.
 */
import { expect, test } from "vitest";
import { seededEntropy } from "../../src/core/entropy.js";
import { FULL } from "../helpers/full-runs.js";
import { ctapCells, faultyDevice, hidCells, hybridCells, type Cell } from "./cells.js";
import { cleanRunOf } from "./clean-run.js";
import { judgeEnd, type JudgedEnd } from "./judge-end.js";
import { longStories, phoneStories, plainStories, type Story } from "./stories.js";
import { recordTape, tapedWorld, type Tape } from "./taped-key.js";
import { worldOn } from "./worlds.js";

function play(story: Story, cell: Cell, tape: Tape | undefined): Promise<JudgedEnd> {
  const world = tape ? tapedWorld(story, tape) : worldOn(story.road, story.snapshot, cell.between);
  return judgeEnd(story, world, {
    abortMs: cell.abortMs,
    device: (device) => faultyDevice(world.browser, device, cell),
    spoilsStatus: cell.spoilsStatus,
  });
}

interface Table {
  readonly story: Story;
  readonly cells: readonly Cell[];
  /** Where only messages are tampered with, the key's part is computed once. */
  readonly tape?: Tape;
}

async function tables(): Promise<readonly Table[]> {
  const all: Table[] = [];
  const plain = await plainStories();
  for (const story of plain) {
    const cells = [...ctapCells(await cleanRunOf(story), "every-flip")];
    all.push({ story, cells, tape: await recordTape(story) });
  }
  for (const story of await longStories()) {
    const cells = [...ctapCells(await cleanRunOf(story), "one-flip")];
    all.push({ story, cells, tape: await recordTape(story) });
  }
  for (const story of plain.slice(0, 4)) {
    const cells = [...hidCells(await cleanRunOf(story))];
    all.push({ story: { ...story, name: `${story.name}, CTAPHID` }, cells });
  }
  for (const story of await phoneStories()) {
    const run = await cleanRunOf(story);
    all.push({ story, cells: [...ctapCells(run, "one-flip"), ...hybridCells(run)] });
  }
  return all;
}

const ALL = await tables();

/** A tenth, drawn anew for every story, unless all are asked for. */
function drawn({ story, cells }: Table): readonly Cell[] {
  if (FULL) return cells;
  const entropy = seededEntropy(`aftermath ${story.name} ${story.road}`);
  const picks = entropy.bytes(cells.length);
  return cells.filter((_, index) => (picks[index] as number) < 256 / 10);
}

test.each(ALL.map((table) => ({ name: `${table.story.name}, ${table.story.road}`, table })))(
  "$name: no error lies about what remains",
  async ({ table }) => {
    const faults: string[] = [];
    const outcomes = { resolved: 0, none: 0, unknown: 0 };
    for (const cell of drawn(table)) {
      const { outcome, fault } = await play(table.story, cell, table.tape);
      outcomes[outcome] += 1;
      if (fault !== undefined) faults.push(`${cell.name}: ${fault}`);
    }
    expect(faults.slice(0, 20), `${faults.length} of ${table.cells.length}`).toEqual([]);
    // A table in which nothing ends otherwise than well, or nothing well, would test nothing.
    expect(Math.min(...Object.values(outcomes)), JSON.stringify(outcomes)).toBeGreaterThan(0);
  },
  600_000,
);

test("the whole table has 150,000 cells and more", () => {
  const count = ALL.reduce((sum, { cells }) => sum + cells.length, 0);
  expect(count).toBeGreaterThanOrEqual(150_000);
});
