import { scanCbor } from "../../cbor/scan.js";
import { CtapCommand, nameOfCommand } from "../../ctap/command.js";
import { bodyOf, isOk, statusOf, wrongAnswer } from "../answer.js";
import type { Check } from "../check.js";
import { CTAP2, HID } from "../needs.js";
import { demand, NotApplicable } from "../verdict.js";

const COMMANDS = [
  CtapCommand.makeCredential,
  CtapCommand.getAssertion,
  CtapCommand.getNextAssertion,
  CtapCommand.clientPin,
  CtapCommand.credentialManagement,
  CtapCommand.bioEnrollment,
  CtapCommand.largeBlobs,
] as const;

const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Rules that all answers of a run have to keep; they look back, and so come last. */
export const ENCODING_CHECKS: readonly Check[] = [
  ...COMMANDS.map((command): Check => ({
    id: `encoding.${kebab(nameOfCommand(command))}`,
    title: `every answer to ${nameOfCommand(command)} was CTAP2 canonical CBOR`,
    section: "8",
    severity: "must",
    needs: [CTAP2],
    async run({ answers }) {
      const bodies = answers.filter((answer) => answer.request[0] === command && bodyOf(answer).length > 0);
      if (bodies.length === 0) throw new NotApplicable("no such answer was given in this run");
      for (const answer of bodies) {
        const { faults, broken, end } = scanCbor(bodyOf(answer));
        const [first] = faults;
        const wrong = broken?.message ?? (first && `${first.fault} at byte ${first.offset}`);
        if (wrong !== undefined) throw wrongAnswer(answer, "canonical CBOR", wrong);
        if (end < bodyOf(answer).length) throw wrongAnswer(answer, "one value", "bytes behind it");
      }
      return { answers: bodies.length };
    },
  })),
  {
    id: "encoding.no-body-with-refusal",
    title: "no refusal of the run had a body",
    section: "8.2",
    severity: "must",
    needs: [CTAP2],
    async run({ answers }) {
      const refused = answers.filter((answer) => answer.bytes !== undefined && !isOk(answer));
      if (refused.length === 0) throw new NotApplicable("nothing was refused in this run");
      const strange = refused.find((answer) => bodyOf(answer).length > 0);
      if (strange) throw wrongAnswer(strange, "a status alone", `${bodyOf(strange).length} bytes behind it`);
      return { refusals: refused.length };
    },
  },
  {
    id: "encoding.statuses-defined",
    title: "every status of the run is one that CTAP defines, or a vendor's",
    section: "8.2",
    severity: "should",
    needs: [CTAP2],
    async run({ answers }) {
      const strange = answers.find((answer) => {
        const status = statusOf(answer);
        return status !== undefined && status > 0x40 && status !== 0x7f && status < 0xe0;
      });
      if (strange) throw wrongAnswer(strange, "a status that is defined");
    },
  },
  {
    id: "hid.framing.kept",
    title: "every message of the run was framed as CTAPHID wants it",
    section: "11.2.4",
    severity: "must",
    needs: [HID],
    async run({ wire }) {
      demand(wire.framingFaults.length === 0, "no fault", wire.framingFaults[0] ?? "");
    },
  },
];
