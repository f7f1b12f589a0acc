import {
  bioEnrollmentMessage,
  bioEnrollmentParameters,
  BioEnrollmentSubcommand as Subcommand,
  encodeBioEnrollmentRequest,
  FINGERPRINT_MODALITY,
  nameOfSampleStatus,
  parseBioEnrollmentResponse,
  type BioEnrollmentCommand,
  type BioEnrollmentParameters,
  type BioEnrollmentRequest,
  type BioEnrollmentResponse,
  type TemplateInfo,
} from "../messages/bio-enrollment.js";
import { CtapCommand } from "../command.js";
import type { TransactOptions } from "../device.js";
import { FeatureError } from "./feature-error.js";
import { MessageError } from "../messages/message-error.js";
import type { Ctap2Session } from "./session.js";
import type { PinUvAuthToken } from "./pin-uv-auth-token.js";
import { CtapError, CtapStatus } from "../status.js";
import { TransportError } from "../transport-error.js";

export interface FingerprintSensor {
  /** How the finger meets the sensor; `undefined` for a kind that this library does not know. */
  readonly kind: "touch" | "swipe" | undefined;
  /** Good samples that an enrolment takes at most. */
  readonly samplesMax: number;
  /** Longest name of a template, in bytes; the drafts of CTAP 2.1 do not say. */
  readonly nameBytesMax: number | undefined;
}

/** One sample of an enrolment, and what the sensor thought of it. */
export interface EnrollmentSample {
  readonly templateId: Uint8Array;
  /** Name of `status`, such as GOOD or TOO_FAST; `0x..` for one without a name. */
  readonly feedback: ReturnType<typeof nameOfSampleStatus>;
  readonly status: number;
  /** Good samples still wanted; at 0 the finger is enrolled. */
  readonly remaining: number;
}

export interface EnrollOptions extends TransactOptions {
  /** How long the device may wait for each sample, in milliseconds; the device's own default when absent. */
  readonly sampleTimeoutMs?: number;
}

/**
 * authenticatorBioEnrollment from the client's side.
 *
 * Every call throws as any command does; a refusal is a {@link CtapError}.
 */
export interface FingerprintEnroller {
  sensorInfo(options?: TransactOptions): Promise<FingerprintSensor>;
  /**
   * Enrols a fingerprint: yields after each sample, so that the client can show the user how to improve the next one.
   *
   * Ends with the finger enrolled. A caller that leaves the loop earlier cancels the enrolment. A sample that never
   * came is no error but the feedback NO_USER_ACTIVITY, and the next turn waits again.
   *
   * @throws {CtapError} `CTAP_FP_DATABASE_FULL` when no more fingers fit.
   */
  enroll(options?: EnrollOptions): AsyncGenerator<EnrollmentSample, void, void>;
  /** Ends an enrolment half done, if there is one. */
  cancel(options?: TransactOptions): Promise<void>;
  templates(options?: TransactOptions): Promise<readonly TemplateInfo[]>;
  rename(
    template: { readonly id: Uint8Array; readonly name: string },
    options?: TransactOptions,
  ): Promise<void>;
  remove(templateId: Uint8Array, options?: TransactOptions): Promise<void>;
}

const KINDS: ReadonlyMap<number | undefined, "touch" | "swipe"> = new Map([
  [1, "touch"],
  [2, "swipe"],
]);

/**
 * Speaks the command of CTAP 2.1, or its preview on devices that know only that.
 *
 * What changed shows in getInfo: {@link Ctap2Session.refreshInfo} fetches it.
 *
 * @param token with the permission `bioEnrollment`.
 * @throws {FeatureError} `FEATURE_UNSUPPORTED` when the device has no enrolment command.
 * @see CTAP 2.3 §6.7
 */
export function bioEnrollment(session: Ctap2Session, token: PinUvAuthToken): FingerprintEnroller {
  return new Enroller(session, token, commandOf(session));
}

class Enroller implements FingerprintEnroller {
  readonly #session: Ctap2Session;
  readonly #token: PinUvAuthToken;
  readonly #command: BioEnrollmentCommand;

  constructor(session: Ctap2Session, token: PinUvAuthToken, command: BioEnrollmentCommand) {
    this.#session = session;
    this.#token = token;
    this.#command = command;
  }

  async sensorInfo(options?: TransactOptions): Promise<FingerprintSensor> {
    const said = await this.#ask({ subCommand: Subcommand.getFingerprintSensorInfo }, options);
    return {
      kind: KINDS.get(said.fingerprintKind),
      samplesMax: present(said.maxCaptureSamplesRequiredForEnroll, "maxCaptureSamplesRequiredForEnroll"),
      nameBytesMax: said.maxTemplateFriendlyName,
    };
  }

  async *enroll(options: EnrollOptions = {}): AsyncGenerator<EnrollmentSample, void, void> {
    const { sampleTimeoutMs, ...transact } = options;
    const timeout = sampleTimeoutMs === undefined ? {} : { timeoutMilliseconds: sampleTimeoutMs };
    let finished = false;
    try {
      const first = await this.#authorised(Subcommand.enrollBegin, timeout, transact);
      const templateId = present(first.templateId, "templateId");
      let sample = sampleFrom(first, templateId);
      for (;;) {
        finished = sample.remaining === 0;
        yield sample;
        if (finished) return;
        const parameters = { templateId, ...timeout };
        const next = await this.#authorised(Subcommand.enrollCaptureNextSample, parameters, transact);
        sample = sampleFrom(next, templateId);
      }
    } catch (error) {
      // A device that is gone, or that refused, has nothing left to cancel.
      finished ||= error instanceof TransportError || error instanceof CtapError;
      throw error;
    } finally {
      // The caller's signal may have ended the loop; it must not end the tidying up.
      if (!finished) await this.#cancelQuietly();
    }
  }

  async cancel(options?: TransactOptions): Promise<void> {
    await this.#ask({ subCommand: Subcommand.cancelCurrentEnrollment }, options);
  }

  async templates(options?: TransactOptions): Promise<readonly TemplateInfo[]> {
    try {
      const said = await this.#authorised(Subcommand.enumerateEnrollments, undefined, options);
      return said.templateInfos ?? [];
    } catch (error) {
      if (error instanceof CtapError && error.status === CtapStatus.INVALID_OPTION) return [];
      throw error;
    }
  }

  async rename(
    { id, name }: { readonly id: Uint8Array; readonly name: string },
    options?: TransactOptions,
  ): Promise<void> {
    const parameters = { templateId: id, templateFriendlyName: name };
    await this.#authorised(Subcommand.setFriendlyName, parameters, options);
  }

  async remove(templateId: Uint8Array, options?: TransactOptions): Promise<void> {
    await this.#authorised(Subcommand.removeEnrollment, { templateId }, options);
  }

  /** Cancels the enrolment and ignores a refusal, because the caller has already left. */
  async #cancelQuietly(): Promise<void> {
    try {
      await this.cancel();
    } catch (error) {
      if (!(error instanceof CtapError)) throw error;
    }
  }

  #authorised(
    subCommand: number,
    parameters: BioEnrollmentParameters | undefined,
    options: TransactOptions | undefined,
  ): Promise<BioEnrollmentResponse> {
    const signed = {
      subCommand,
      ...(parameters &&
        Object.keys(parameters).length > 0 && { subCommandParams: bioEnrollmentParameters(parameters) }),
    };
    const authorisation = {
      pinUvAuthProtocol: this.#token.protocol,
      pinUvAuthParam: this.#token.authenticate(bioEnrollmentMessage(signed)),
    };
    return this.#ask({ ...signed, ...authorisation }, options);
  }

  #ask(request: BioEnrollmentRequest, options: TransactOptions | undefined): Promise<BioEnrollmentResponse> {
    const bytes = encodeBioEnrollmentRequest({ modality: FINGERPRINT_MODALITY, ...request }, this.#command);
    return this.#session.ask(bytes, parseBioEnrollmentResponse, options);
  }
}

function commandOf({ info: { options = {} } }: Ctap2Session): BioEnrollmentCommand {
  if (options["bioEnroll"] !== undefined) return CtapCommand.bioEnrollment;
  if (options["userVerificationMgmtPreview"] !== undefined) return CtapCommand.bioEnrollmentPreview;
  throw new FeatureError("FEATURE_UNSUPPORTED", "the device enrols no fingers", {
    hint: "It needs the option bioEnroll or userVerificationMgmtPreview.",
  });
}

function sampleFrom(said: BioEnrollmentResponse, templateId: Uint8Array): EnrollmentSample {
  const status = present(said.lastEnrollSampleStatus, "lastEnrollSampleStatus");
  return {
    templateId,
    feedback: nameOfSampleStatus(status),
    status,
    remaining: present(said.remainingSamples, "remainingSamples"),
  };
}

function present<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new MessageError("MESSAGE_MISSING_FIELD", `bioEnrollment answered without a readable ${name}`);
}
