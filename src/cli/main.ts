#!/usr/bin/env node
import { runCli } from "./run-cli.js";
import { processTerminal } from "./terminal.js";

const argv = process.argv.slice(2);
// Native packages print where they like; stdout is for results.
console.log = console.error;
process.exitCode = await runCli(argv, processTerminal({ json: argv.includes("--json") }));
// A radio package polls for as long as the process lives. What was written is out before this is called.
process.stdout.write("", () => process.exit());
