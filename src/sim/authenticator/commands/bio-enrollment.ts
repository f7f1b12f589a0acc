import { equalBytes, utf8 } from "../../../core/bytes.js";
import {
  bioEnrollmentMessage,
  BioEnrollmentSubcommand,
  encodeBioEnrollmentResponse,
  FINGERPRINT_MODALITY,
  parseBioEnrollmentRequest,
  readBioEnrollmentParameters,
  SampleStatus,
  type BioEnrollmentCommand,
  type BioEnrollmentParameters,
  type BioEnrollmentRequest,
} from "../../../ctap/messages/bio-enrollment.js";
import { Permission } from "../../../ctap/messages/client-pin.js";
import { CtapCommand } from "../../../ctap/command.js";
import { isAtLeast21 } from "../../profiles/profile.js";
import { EMPTY_BODY, type CommandContext, type SimCommand } from "../context.js";
import { enrollmentOf, fingerprints, isTemplate, keepFingerprints } from "../verification/fingerprints.js";
import type { Enrollment } from "../store/state.js";
import { refuse } from "../refusal.js";
import { authorise, requireSignature } from "./subcommand-auth.js";

const TEMPLATE_ID_BYTES = 4;

const SENSOR_KIND = { touch: 1, swipe: 2 } as const;

/** One request on its way through the steps. */
interface Call {
  readonly context: CommandContext;
  readonly command: BioEnrollmentCommand;
  readonly request: BioEnrollmentRequest;
}

type Subcommand = (call: Call) => Uint8Array | Promise<Uint8Array>;

const SUBCOMMANDS: ReadonlyMap<number, Subcommand> = new Map<number, Subcommand>([
  [BioEnrollmentSubcommand.enrollBegin, beginEnrollment],
  [BioEnrollmentSubcommand.enrollCaptureNextSample, captureNextSample],
  [BioEnrollmentSubcommand.cancelCurrentEnrollment, cancelEnrollment],
  [BioEnrollmentSubcommand.enumerateEnrollments, enumerate],
  [BioEnrollmentSubcommand.setFriendlyName, rename],
  [BioEnrollmentSubcommand.removeEnrollment, remove],
  [BioEnrollmentSubcommand.getFingerprintSensorInfo, describeSensor],
]);

/**
 * authenticatorBioEnrollment, or its preview.
 *
 * The numbers in the subcommands are common to all that take a token: 1 a signature and a protocol, 2 the
 * parameters, 3 the signature and the permission, 4 the work.
 *
 * @see CTAP 2.3 §6.7
 */
export function bioEnrollment(command: BioEnrollmentCommand): SimCommand {
  return (context, parameters) => {
    const { options } = context.profile;
    const preview = command === CtapCommand.bioEnrollmentPreview;
    if (!(preview ? options.userVerificationMgmtPreview : options.bioEnroll)) refuse("INVALID_COMMAND");
    const request = parseBioEnrollmentRequest(parameters);
    if (request.getModality === true) {
      return encodeBioEnrollmentResponse({ modality: FINGERPRINT_MODALITY });
    }
    if (request.modality === undefined || request.subCommand === undefined) refuse("MISSING_PARAMETER");
    if (request.modality !== FINGERPRINT_MODALITY) refuse("INVALID_PARAMETER");
    const run = SUBCOMMANDS.get(request.subCommand);
    if (run === undefined) refuse(isAtLeast21(context.profile) ? "INVALID_SUBCOMMAND" : "INVALID_PARAMETER");
    return run({ context, command, request });
  };
}

/** @see CTAP 2.3 §6.7.4 */
async function beginEnrollment(call: Call): Promise<Uint8Array> {
  const { context } = call;
  // 1 to 3
  const { timeoutMilliseconds } = authoriseCall(call);
  // 4: what was begun before is given up; then a first sample, if there is room for what comes of it.
  context.state.enrollment = undefined;
  const { samples, templates } = enrollmentOf(context);
  if (fingerprints(context).length >= templates) refuse("FP_DATABASE_FULL");
  const templateId = context.env.entropy.bytes(TEMPLATE_ID_BYTES);
  const enrollment: Enrollment = { templateId, remaining: samples };
  context.state.enrollment = enrollment;
  return capture(context, enrollment, { timeoutMs: timeoutMilliseconds, named: true });
}

/** @see CTAP 2.3 §6.7.4 */
async function captureNextSample(call: Call): Promise<Uint8Array> {
  const { context } = call;
  // 1 to 3
  const { templateId, timeoutMilliseconds } = authoriseCall(call, ["templateId"]);
  // 4: one more sample of the finger that is being enrolled, and of no other.
  const { enrollment } = context.state;
  if (!enrollment || !templateId || !equalBytes(enrollment.templateId, templateId))
    refuse("INVALID_PARAMETER");
  return capture(context, enrollment, { timeoutMs: timeoutMilliseconds, named: false });
}

/** Needs no token: nothing is lost but what was never finished. @see CTAP 2.3 §6.7.5 */
function cancelEnrollment({ context }: Call): Uint8Array {
  context.state.enrollment = undefined;
  return EMPTY_BODY;
}

/** @see CTAP 2.3 §6.7.6 */
function enumerate(call: Call): Uint8Array {
  // 1 to 3
  authoriseCall(call);
  // 4
  const templateInfos = fingerprints(call.context);
  if (templateInfos.length === 0) refuse("INVALID_OPTION");
  return encodeBioEnrollmentResponse({ templateInfos });
}

/** @see CTAP 2.3 §6.7.7 */
function rename(call: Call): Uint8Array {
  const { context } = call;
  // 1 to 3
  const parameters = authoriseCall(call, ["templateId", "templateFriendlyName"]);
  const { templateId, templateFriendlyName: friendlyName } = parameters;
  if (templateId === undefined || friendlyName === undefined) refuse("MISSING_PARAMETER");
  // 4
  const isMeant = isTemplate(templateId);
  const known = fingerprints(context);
  if (!known.some(isMeant)) refuse("INVALID_OPTION");
  if (utf8(friendlyName).length > enrollmentOf(context).nameBytes) refuse("INVALID_LENGTH");
  keepFingerprints(
    context,
    known.map((template) => (isMeant(template) ? { templateId, friendlyName } : template)),
  );
  return EMPTY_BODY;
}

/** @see CTAP 2.3 §6.7.8 */
function remove(call: Call): Uint8Array {
  const { context } = call;
  // 1 to 3
  const { templateId = refuse("MISSING_PARAMETER") } = authoriseCall(call, ["templateId"]);
  // 4: with the last one built-in verification ends.
  const isMeant = isTemplate(templateId);
  const known = fingerprints(context);
  if (!known.some(isMeant)) refuse("INVALID_OPTION");
  keepFingerprints(
    context,
    known.filter((template) => !isMeant(template)),
  );
  return EMPTY_BODY;
}

/** @see CTAP 2.3 §6.7.3 */
function describeSensor({ context, command }: Call): Uint8Array {
  const { sensor, samples, nameBytes } = enrollmentOf(context);
  return encodeBioEnrollmentResponse({
    fingerprintKind: SENSOR_KIND[sensor],
    maxCaptureSamplesRequiredForEnroll: samples,
    ...(command === CtapCommand.bioEnrollment && { maxTemplateFriendlyName: nameBytes }),
  });
}

/**
 * Waits for the finger. Only a good sample counts, and the last one makes the template.
 *
 * A client that cancels has given the whole enrolment up.
 */
async function capture(
  context: CommandContext,
  enrollment: Enrollment,
  { timeoutMs, named }: { readonly timeoutMs: number | undefined; readonly named: boolean },
): Promise<Uint8Array> {
  const { state, store } = context;
  let status: number;
  try {
    status = await takeSample(context, timeoutMs);
  } catch (error) {
    state.enrollment = undefined;
    throw error;
  }
  if (status === SampleStatus.GOOD) enrollment.remaining -= 1;
  if (enrollment.remaining === 0) {
    keepFingerprints(context, [...fingerprints(context), { templateId: enrollment.templateId }]);
    store.remember({ uvRetries: undefined });
    state.enrollment = undefined;
  }
  return encodeBioEnrollmentResponse({
    ...(named && { templateId: enrollment.templateId }),
    lastEnrollSampleStatus: status,
    remainingSamples: enrollment.remaining,
  });
}

/** @throws {Refusal} OPERATION_DENIED when the user refuses, KEEPALIVE_CANCEL when the client cancels. */
async function takeSample({ gestures }: CommandContext, timeoutMs: number | undefined): Promise<number> {
  const said = await gestures.ask({ kind: "sample", purpose: "enroll-finger" }, { timeoutMs });
  switch (said.answer) {
    case "approved":
      return SampleStatus[said.feedback ?? "GOOD"];
    case "wrong-finger":
      // Another user's finger, or another finger than before: the sample does not match the earlier ones.
      return SampleStatus.MERGE_FAILURE;
    case "timed-out":
      return SampleStatus.NO_USER_ACTIVITY;
    case "refused":
      return refuse("OPERATION_DENIED");
  }
}

/** Steps 1 to 3. */
function authoriseCall(
  { context, command, request }: Call,
  wanted: readonly (keyof BioEnrollmentParameters)[] = [],
): BioEnrollmentParameters {
  requireSignature(context, request);
  const parameters = readBioEnrollmentParameters(request);
  if (wanted.some((name) => parameters[name] === undefined)) refuse("MISSING_PARAMETER");
  // The tokens of the drafts know no permissions: one that is in use will do.
  const drafts = command === CtapCommand.bioEnrollmentPreview && !context.profile.options.pinUvAuthToken;
  authorise(context, request, {
    message: bioEnrollmentMessage(request),
    permission: drafts ? 0 : Permission.bioEnrollment,
  });
  return parameters;
}
