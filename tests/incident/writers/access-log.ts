import { requestIdOf } from "./har.js";
import { callsOf, cut, type LogWriter } from "./world.js";

/** nginx's combined form; with milliseconds, duration and id behind it unless its stamps are coarse. */
export const accessLogWriter: LogWriter = {
  name: "access-log",
  write(records, how) {
    const lines = callsOf(records).flatMap((call) => {
      const { about, step, askedMs, answeredMs, answer, page } = call;
      if (answer === undefined || answeredMs === undefined) return [];
      const end = cut(answeredMs, how);
      const time = new Date(end);
      const [, day, month, year, clock] = /(\d{2}) (\w{3}) (\d{4}) ([\d:]{8})/.exec(time.toUTCString()) ?? [];
      const agent = page === "page" ? "Desktop/1.0" : "Phone/1.0";
      const isCoarse = (how.precisionMs ?? 0) >= 1_000;
      const more = isCoarse
        ? ""
        : ` msec=${(end / 1000).toFixed(3)} rt=${((answeredMs - askedMs) / 1000).toFixed(3)} rid=${requestIdOf(call)}`;
      return [
        {
          end,
          line: `203.0.113.7 - - [${day}/${month}/${year}:${clock} +0000] "POST /webauthn/${about}/${step} HTTP/2.0" ${answer.status} 512 "-" "${agent}"${more}`,
        },
      ];
    });
    const lastMs = records.at(-1)?.atMs ?? 0;
    const others = [-10_000, lastMs + 10_000].map((ms) => {
      const end = cut(ms, how);
      const [, day, month, year, clock] =
        /(\d{2}) (\w{3}) (\d{4}) ([\d:]{8})/.exec(new Date(end).toUTCString()) ?? [];
      return {
        end,
        line: `203.0.113.9 - - [${day}/${month}/${year}:${clock} +0000] "GET /logo.png HTTP/2.0" 200 512 "-" "Other/1.0"`,
      };
    });
    lines.push(...(lines.length === 0 ? [] : others));
    return lines.length === 0
      ? undefined
      : lines
          .sort((a, b) => a.end - b.end)
          .map(({ line }) => line)
          .join("\n") + "\n";
  },
};
