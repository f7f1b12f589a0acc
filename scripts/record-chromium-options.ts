/** Asks the Chromium of this machine what it makes of odd options, and writes tests/vectors/chromium-options.json. */
import { writeFileSync } from "node:fs";
import { CredentialsPage } from "../tests/helpers/credentials-page.js";
import { HELD_ID } from "../tests/webauthn/options/odd-options.js";
import { answersFrom } from "../tests/webauthn/options/recorded-answers.js";

const page = await CredentialsPage.open(HELD_ID);
try {
  const answers = await answersFrom((odd) => page.ask(odd));
  const lines = answers.map((answer) => JSON.stringify(answer)).join(",\n");
  const file = new URL("../tests/vectors/chromium-options.json", import.meta.url);
  const source = `${page.version}, virtual authenticator of its debugging protocol; scripts/record-chromium-options.ts`;
  const head = `"source": ${JSON.stringify(source)}, "count": ${answers.length}`;
  writeFileSync(file, `{ ${head}, "cases": [\n${lines}\n] }\n`);
  console.log(`${answers.length} answers of ${page.version}`);
} finally {
  await page.close();
}
