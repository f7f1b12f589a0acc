import { concat } from "../../src/core/bytes.js";
import { faultyDevice, hidCells, hybridCells, ctapCells, type Cell } from "../aftermath/cells.js";
import { cleanRunOf } from "../aftermath/clean-run.js";
import { judgeEnd } from "../aftermath/judge-end.js";
import { longStories, phoneStories, plainStories, type Story } from "../aftermath/stories.js";
import { worldOn, type Interference } from "../aftermath/worlds.js";
import { armedTimers } from "../helpers/failing-ports.js";
import { violated, type FuzzBoundary, type FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";

/** A story and everything that may go wrong in it. */
interface Table {
  readonly story: Story;
  readonly cells: readonly Cell[];
}

let tables: Promise<readonly Table[]> | undefined;

/** Every road, with faults of every layer that it has. */
function allTables(): Promise<readonly Table[]> {
  tables ??= (async () => {
    const plain = (await plainStories()).slice(0, 6);
    const all = [...plain, ...(await longStories()), ...(await phoneStories())];
    return Promise.all(
      all.map(async (story) => {
        const run = await cleanRunOf(story);
        const layer = story.road === "usb" ? hidCells(run) : hybridCells(run);
        return { story, cells: [...ctapCells(run, "one-flip"), ...layer] };
      }),
    );
  })();
  return tables;
}

const CELLS_MAX = 3;

/** Longer than any timer of a phone, a tunnel or a client lasts after its ceremony. */
const AFTERWARDS_MS = 1_200_000;

/** One to three faults at once: a device, a road, a request, and what befalls them, by numbers of the message. */
class SwarmWorld implements FuzzWorld {
  readonly #tables: readonly Table[];

  constructor(all: readonly Table[]) {
    this.#tables = all;
  }

  next(chance: Chance): Uint8Array {
    const head = Uint8Array.of(chance.below(this.#tables.length), 1 + chance.below(CELLS_MAX));
    return concat(head, chance.bytes(CELLS_MAX * 3));
  }

  async hand(message: Uint8Array): Promise<void> {
    const [which = 0, count = 1] = message;
    const { story, cells } = this.#tables[which % this.#tables.length] as Table;
    const drawn = Array.from({ length: Math.min(count, CELLS_MAX) }, (_, nr) => {
      const at = message.subarray(2 + nr * 3, 5 + nr * 3).reduce((sum, byte) => sum * 256 + byte, 0);
      return cells[at % cells.length] as Cell;
    });
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const { fault } = await this.#play(story, drawn);
      const names = drawn.map(({ name }) => name).join("; ");
      if (fault !== undefined) violated(`${story.name}, ${story.road}: ${names}: ${fault}`);
      if (unhandled.length > 0)
        violated(`${story.name}: ${names}: a rejection without an owner: ${String(unhandled[0])}`);
    } finally {
      process.off("unhandledRejection", note);
    }
  }

  settle(): void {}

  async #play(story: Story, cells: readonly Cell[]): Promise<{ readonly fault?: string }> {
    const world = worldOn(story.road, story.snapshot, together(cells));
    const armed = armedTimers(world.env.clock);
    const abortMs = cells.find((cell) => cell.abortMs !== undefined)?.abortMs;
    const end = await judgeEnd(story, world, {
      abortMs,
      device: (device) => cells.reduce((inner, cell) => faultyDevice(world.browser, inner, cell), device),
      // A refusal made of an OK on its way is known to nobody but the authenticator.
      spoilsStatus: () => cells.some((cell) => cell.spoilsStatus()),
    });
    await world.env.clock.advance(AFTERWARDS_MS);
    return armed.size > 0 ? { fault: `still pending: ${[...armed.values()].join(", ")}` } : end;
  }
}

/** What all of the faults put between the client and the authenticator. */
function together(cells: readonly Cell[]): Interference {
  const parts = cells.flatMap(({ between }) => between ?? []);
  const hid = Object.assign({}, ...parts.map((part) => part.hid ?? {})) as NonNullable<Interference["hid"]>;
  const faults = parts
    .flatMap((part) => part.hid?.faults ?? [])
    .map((fault, nr) => ({ ...fault, id: `cell ${nr}` }));
  return {
    hid: { ...hid, ...(faults.length > 0 && { faults }) },
    port: (env, port) => parts.reduce((inner, part) => part.port?.(env, inner) ?? inner, port),
    dialer: (env, dialer) => parts.reduce((inner, part) => part.dialer?.(env, inner) ?? inner, dialer),
    scanner: (env, scanner) => parts.reduce((inner, part) => part.scanner?.(env, inner) ?? inner, scanner),
  };
}

export const swarmBoundary: FuzzBoundary = {
  name: "swarm",
  what: "faults of several layers at once on every road: no lie about what remains, nothing pending, nothing unowned",
  messagesPerWorld: 32,
  share: 0.002,
  async start() {
    return new SwarmWorld(await allTables());
  },
};
