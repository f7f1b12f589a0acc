import { tunnelHost } from "../../entry/hybrid.js";
import { systemEnv } from "../../entry/sim.js";
import { printable } from "../../core/printable.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { phoneNamed } from "../device/linked-phones.js";
import { LinkFile } from "../files/link-file.js";
import { counted, textOption } from "../options.js";

export const links: Command = {
  name: "links",
  takesWords: true,
  summary: "list the phones that were linked, or forget one",
  synopsis: "list | forget NAME  --links FILE",
  help: `  --links FILE         where register and login keep them (required)
  A phone that is forgotten here still knows this computer: its own settings end the link there.`,
  options: { links: { type: "string" } },
  async run(invocation) {
    const path = textOption(invocation, "links");
    if (path === undefined)
      throw new UsageError("USAGE", "links wants --links FILE, where the phones are kept");
    return act(invocation, new LinkFile(path));
  },
};

/** @throws {UsageError} USAGE for anything but `list` and `forget NAME`. */
async function act({ positionals }: Invocation, file: LinkFile): Promise<Outcome> {
  const [action = "list", name, ...more] = positionals;
  if (action === "list" && name === undefined) return list(file);
  if (action === "forget" && name !== undefined && more.length === 0) return forget(file, name);
  throw new UsageError("USAGE", "links takes `list`, or `forget` and the name of one phone");
}

/** Nothing that is secret: neither the key of the link nor the id that wakes the phone. */
function list(file: LinkFile): Outcome {
  const { crypto } = systemEnv();
  const phones = file.phones.map(({ name, tunnelCode }) => ({
    name,
    tunnel: tunnelHost(tunnelCode, crypto),
  }));
  return {
    exitCode: 0,
    json: { ok: true, phones },
    text: [
      counted(phones.length, "linked phone"),
      ...phones.map(
        ({ name, tunnel }) => `  ${printable(name)}  through ${tunnel ?? "a service without a name"}`,
      ),
    ].join("\n"),
  };
}

async function forget(file: LinkFile, name: string): Promise<Outcome> {
  phoneNamed(name, file.phones);
  await file.forget(name);
  return { exitCode: 0, json: { ok: true, forgotten: name }, text: `forgotten: ${printable(name)}` };
}
