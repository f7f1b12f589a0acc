import { choice, count, ms, msOrNever } from "./knobs/knob-spec.js";

/** Options of the user: how long each action takes. */
export const USER_KNOBS = {
  closeSheetMs: msOrNever(5_000, "from a failure sheet of the browser to the user closing it"),
  patienceMs: ms(1_800_000, "after this long in one ceremony the user leaves the page as it is"),
  btOnMs: msOrNever(9_000, "from the sheet that asks for Bluetooth to the user switching it on"),
  cancelMs: msOrNever(null, "from a sheet that finds no authenticator to the user pressing Cancel"),
  pickMs: ms(3_000, "from the autofill being ready to the user selecting the passkey there"),
  pinSetupMs: ms(26_000, "entering a new PIN twice in the operating system's dialog"),
  pinEntryMs: ms(6_000, "from the browser's question for the PIN to the last digit"),
  codeEntryMs: ms(4_000, "from having a code to its last digit"),
  codePatienceMs: ms(600_000, "after this long without a code the user stops waiting for it"),
  forgot: choice(["nothing", "password", "id"], "what the user does not know any more of ID and password"),
  findMs: ms(600_000, "from a mail in the spam folder to the user looking there"),
};

/** Options of user verification by biometrics. */
export const UV_KNOBS = {
  bad: count(0, "how often the sensor does not recognise the user before it does"),
};
