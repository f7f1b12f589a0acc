import { relative, sep } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { PROJECT } from "./project.js";

interface FolderTimes {
  tests: number;
  /** Time in the tests and their hooks, in milliseconds. */
  testMs: number;
  /** Time to import the test files and what they import, in milliseconds. */
  importMs: number;
}

/** Prints the time that the test files of each folder of tests/ took in their workers, the longest first. */
export default class FolderTimesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const folders = new Map<string, FolderTimes>();
    for (const module of modules) {
      const [, folder = "", ...rest] = relative(PROJECT, module.moduleId).split(sep);
      const name = rest.length === 0 ? "tests" : `tests/${folder}`;
      const times = folders.get(name) ?? { tests: 0, testMs: 0, importMs: 0 };
      const { duration, collectDuration, prepareDuration, setupDuration } = module.diagnostic();
      times.tests += [...module.children.allTests()].length;
      times.testMs += duration;
      times.importMs += collectDuration + prepareDuration + setupDuration;
      folders.set(name, times);
    }
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`.padStart(9);
    const lines = [...folders]
      .sort(([, a], [, b]) => b.testMs + b.importMs - (a.testMs + a.importMs))
      .map(([name, { tests, testMs, importMs }]) =>
        [
          name.padEnd(18),
          seconds(testMs + importMs),
          seconds(testMs),
          seconds(importMs),
          String(tests).padStart(7),
        ].join(""),
      );
    const header = `${"folder".padEnd(18)}${"time".padStart(9)}${"tests".padStart(9)}${"imports".padStart(9)}${"number".padStart(7)}`;
    console.log([header, ...lines, ""].join("\n"));
  }
}
