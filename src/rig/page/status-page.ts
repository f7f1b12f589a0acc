/** The status page: it asks for `status.json` every second and builds its tables out of texts, never out of markup. */
export const STATUS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rig</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top; border-bottom: 1px solid #8886; overflow-wrap: anywhere; }
[data-state=quarantined], [data-outcome=failed], #trouble { color: #c22; }
@media (prefers-color-scheme: dark) { [data-state=quarantined], [data-outcome=failed], #trouble { color: #f88; } }
</style>
</head>
<body>
<main>
<h1>Rig</h1>
<p id="trouble" role="status"></p>
<h2>Devices</h2>
<table><thead><tr><th>Device<th>State<th>Job<th>Since<th>Last verdict</thead><tbody id="devices"></tbody></table>
<h2>Queue</h2>
<table><thead><tr><th>Job<th>Wants<th>Priority<th>Since</thead><tbody id="queue"></tbody></table>
<h2>Log</h2>
<table><thead><tr><th>Time<th>Event<th>Device<th>About</thead><tbody id="log"></tbody></table>
</main>
<script src="/status.js"></script>
</body>
</html>
`;

/** The page's script; served as a file of its own, so that the page allows no other one. */
export const STATUS_SCRIPT = `"use strict";
const seconds = (ms) => Math.round(ms / 1000) + " s";
function fill(id, rows) {
  document.getElementById(id).replaceChildren(...rows.map(({ cells, data = {} }) => {
    const row = document.createElement("tr");
    Object.assign(row.dataset, data);
    row.append(...cells.map((text) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      return cell;
    }));
    return row;
  }));
}
function show({ devices, queue, log }) {
  fill("devices", devices.map(({ label, state, lease, quarantine, lastVerdict }) => ({
    data: { label, state, ...(lastVerdict && { outcome: lastVerdict.outcome }) },
    cells: [
      label,
      quarantine ? state + ": " + quarantine.reasons.join("; ") : lease && lease.isOverdue ? "leased, overdue" : state,
      lease ? lease.job + " (process " + lease.pid + (lease.isOrphaned ? ", ended" : "") + ")" : "",
      lease ? seconds(lease.forMs) + " of " + seconds(lease.limitMs) : "",
      lastVerdict ? lastVerdict.outcome + ": " + lastVerdict.job + (lastVerdict.text ? ", " + lastVerdict.text : "") : "",
    ],
  })));
  fill("queue", queue.map(({ job, pid, wanted, priority, forMs }) => ({
    cells: [
      job + " (process " + pid + ")",
      [wanted.label, ...(wanted.labels || [])].filter(Boolean).join(", ") || "any",
      String(priority),
      seconds(forMs),
    ],
  })));
  fill("log", log.map(({ at, kind, label = "", job = "", reasons = [], steps = [] }) => ({
    cells: [at, kind, label, [job, ...reasons, ...steps].filter(Boolean).join("; ")],
  })));
}
async function refresh() {
  const trouble = document.getElementById("trouble");
  try {
    const response = await fetch("/status.json");
    if (!response.ok) throw new Error("the rig answered with " + response.status);
    show(await response.json());
    trouble.textContent = "";
  } catch (error) {
    trouble.textContent = "This page is not current: " + error.message;
  }
  setTimeout(refresh, 1000);
}
refresh();
`;
