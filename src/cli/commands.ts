import type { Command } from "./command.js";
import { confusion } from "./commands/confusion.js";
import { credentials } from "./commands/credentials.js";
import { demo } from "./commands/demo.js";
import { doctor } from "./commands/doctor.js";
import { explain } from "./commands/explain.js";
import { info } from "./commands/info.js";
import { key } from "./commands/key.js";
import { knobs } from "./commands/knobs.js";
import { links } from "./commands/links.js";
import { list } from "./commands/list.js";
import { login } from "./commands/login.js";
import { phone } from "./commands/phone.js";
import { register } from "./commands/register.js";
import { replay } from "./commands/replay.js";
import { run } from "./commands/run.js";
import { serve } from "./commands/serve.js";
import { tunnel } from "./commands/tunnel.js";

/** Every command, in the order the overview shows them. */
export const COMMANDS: readonly Command[] = [
  demo,
  run,
  knobs,
  replay,
  explain,
  confusion,
  register,
  login,
  list,
  info,
  credentials,
  links,
  key,
  phone,
  tunnel,
  serve,
  doctor,
];
