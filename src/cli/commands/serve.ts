import { inspect } from "node:util";
import { controlServer } from "../../entry/serve.js";
import { type Command, untilInterrupted, UsageError } from "../command.js";
import { replaceFile } from "../files/replace-file.js";
import { numberOption, textOption } from "../options.js";
import { packageVersion } from "../version.js";

const PORT = 9802;
const PORT_MAX = 65_535;
/** Environment variable with the token, for suites that choose it. */
const TOKEN_VARIABLE = "PASSKEY_HARNESS_TOKEN";

export const serve: Command = {
  name: "serve",
  summary: "answer the pages of suites in other languages, on loopback, also as a WebDriver server",
  synopsis: "[--port N] [--driver URL] [--token-file FILE]",
  help: `  --port N             where to listen on 127.0.0.1 (${PORT}); 0 for any free port
  --driver URL         WebDriver server behind (chromedriver, geckodriver): /wd/TOKEN hands commands on to it, and answers
                       those for virtual authenticators with simulated devices
  --token-file FILE    write the token there, for its owner alone to read, and do not print it
  ${TOKEN_VARIABLE} in the environment is the token; without it one is made

  Suites send Authorization: Bearer TOKEN. GET /openapi.json describes the interface, and so does docs/openapi.json.
  signals: SIGTERM and SIGINT end the program`,
  options: {
    port: { type: "string" },
    driver: { type: "string" },
    "token-file": { type: "string" },
  },
  async run(invocation) {
    const given = process.env[TOKEN_VARIABLE];
    const tokenFile = textOption(invocation, "token-file");
    const driverUrl = textOption(invocation, "driver");
    if (given !== undefined && tokenFile !== undefined) {
      throw new UsageError("USAGE", `--token-file goes without ${TOKEN_VARIABLE}`);
    }
    const server = await controlServer({
      port: numberOption(invocation, "port", { min: 0, max: PORT_MAX }) ?? PORT,
      version: packageVersion(),
      onFault: (error) => invocation.terminal.warn(`error of the server's own: ${inspect(error)}`),
      ...(given !== undefined && { token: given }),
      ...(driverUrl !== undefined && { driverUrl }),
    });
    const { url, token } = server;
    if (tokenFile !== undefined) replaceFile(tokenFile, `${token}\n`, { secret: true });
    const isTold = given === undefined && tokenFile === undefined;
    invocation.terminal.warn(`control server on ${url}`);
    if (isTold) invocation.terminal.warn(`token ${token}`);
    if (driverUrl !== undefined)
      invocation.terminal.warn(`WebDriver on ${url}/wd/${isTold ? token : "TOKEN"}`);
    await untilInterrupted();
    await server[Symbol.asyncDispose]();
    return { exitCode: 0, json: { ok: true, url }, text: "" };
  },
};
