import type { Command } from "./command.js";
import { blobs } from "./commands/blobs.js";
import { config } from "./commands/config.js";
import { conformance } from "./commands/conformance.js";
import { confusion } from "./commands/confusion.js";
import { credentials } from "./commands/credentials.js";
import { demo } from "./commands/demo.js";
import { doctor } from "./commands/doctor.js";
import { explain } from "./commands/explain.js";
import { fingerprints } from "./commands/fingerprints.js";
import { info } from "./commands/info.js";
import { key } from "./commands/key.js";
import { knobs } from "./commands/knobs.js";
import { largeBlob } from "./commands/large-blob.js";
import { links } from "./commands/links.js";
import { list } from "./commands/list.js";
import { login } from "./commands/login.js";
import { measure } from "./commands/measure.js";
import { phone } from "./commands/phone.js";
import { pin } from "./commands/pin.js";
import { register } from "./commands/register.js";
import { replay } from "./commands/replay.js";
import { reset } from "./commands/reset.js";
import { rig } from "./commands/rig.js";
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
  pin,
  reset,
  conformance,
  measure,
  credentials,
  largeBlob,
  blobs,
  fingerprints,
  config,
  links,
  key,
  phone,
  tunnel,
  rig,
  serve,
  doctor,
];
