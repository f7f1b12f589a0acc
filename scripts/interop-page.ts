import { PEERS, readResult, type FileResult, type InteropResult, type Peer } from "./interop-result.js";

const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/** Sums up the files of a peer that were run; the days are those of the oldest and the newest run. */
function summed({ files }: Peer, result: InteropResult) {
  const run = files.flatMap((file): FileResult[] => {
    const found = result.files[file];
    return found === undefined ? [] : [found];
  });
  const counts = run.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    NOTHING,
  );
  const days = [...new Set(run.map(({ on }) => on))].sort();
  return { ...counts, days: days.join(", ") };
}

/** `docs/interop.md`: which programs of others were run unmodified, in which versions, and with what result. */
export function interopPage(): string {
  const result = readResult();
  const rows = PEERS.map((peer) => {
    const { passed, failed, skipped, days } = summed(peer, result);
    const ran = days === "" ? "not recorded" : `${passed} | ${failed} | ${skipped} | ${days}`;
    const version = result.versions[peer.name] ?? "not installed";
    return `| ${peer.name} | ${version} | ${peer.what} | ${days === "" ? "0 | 0 | 0 | not recorded" : ran} |`;
  });
  const files = PEERS.flatMap(({ name, files: own }) =>
    own.map((file) => {
      const found = result.files[file];
      const counts = found
        ? `${found.passed} | ${found.failed} | ${found.skipped} | ${found.on}`
        : "0 | 0 | 0 | not recorded";
      return `| ${name} | \`${file}\` | ${counts} |`;
    }),
  );
  return [
    "# Interoperability",
    "",
    "Programs of others that run unmodified beside ours in tests, as recorded by `npm run interop` with Node " +
      `${result.node}: it runs these tests, reads the versions of what is installed, and stores both in \`docs/interop.json\`, from which`,
    "`npm run docs` writes this page. The counts are those of the test runner. Files of `tests/lab` take a virtual machine and are recorded by",
    "`npm run interop -- --lab`; a file that was not run in the newest recording keeps the day of its own.",
    "",
    "| Peer | Version | What it does | Passed | Failed | Skipped | Recorded |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    "## By test file",
    "",
    "| Peer | Tests | Passed | Failed | Skipped | Recorded |",
    "| --- | --- | --- | --- | --- | --- |",
    ...files,
    "",
  ].join("\n");
}
