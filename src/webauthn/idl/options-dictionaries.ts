import {
  boolean,
  bufferSource,
  dictionary,
  domString,
  long,
  record,
  sequence,
  unsignedLong,
  usvString,
  withDefault,
  type Conversion,
  type ConvertedBy,
} from "./web-idl.js";

/**
 * The dictionaries of the options, row by row as the specifications have them.
 *
 * @see WebAuthn Level 3 §5.1.9, §5.1.10, §5.4 and §10; CTAP 2.3 §12; Secure Payment Confirmation §5
 */

/**
 * The dictionaries with one type for their binary members: base64url text in JSON, buffers in a script.
 *
 * @param binary gives base64url text in both cases, which is not decoded yet: a browser converts all types first.
 */
function dictionariesWith(binary: Conversion<string>) {
  const rpEntity = dictionary({ name: domString }, { id: domString });

  const userEntityJson = dictionary({ id: binary, name: domString, displayName: domString }, {});

  const credentialParameters = dictionary({ type: domString, alg: long }, {});

  const descriptorJson = dictionary({ id: binary, type: domString }, { transports: sequence(domString) });

  const authenticatorSelection = dictionary(
    {
      requireResidentKey: withDefault(boolean, false),
      userVerification: withDefault(domString, "preferred"),
    },
    { authenticatorAttachment: domString, residentKey: domString },
  );

  const prfValuesJson = dictionary({ first: binary }, { second: binary });

  const extensionInputsJson = dictionary(
    {},
    {
      appid: usvString,
      appidExclude: usvString,
      credBlob: binary,
      credentialProtectionPolicy: usvString,
      credProps: boolean,
      enforceCredentialProtectionPolicy: boolean,
      getCredBlob: boolean,
      largeBlob: dictionary({}, { support: domString, read: boolean, write: binary }),
      minPinLength: boolean,
      payment: dictionary({}, { isPayment: boolean }),
      pinComplexityPolicy: boolean,
      prf: dictionary({}, { eval: prfValuesJson, evalByCredential: record(prfValuesJson) }),
      uvm: boolean,
    },
  );

  const creationOptions = dictionary(
    {
      rp: rpEntity,
      user: userEntityJson,
      challenge: binary,
      pubKeyCredParams: sequence(credentialParameters),
      excludeCredentials: withDefault(sequence(descriptorJson), []),
      hints: withDefault(sequence(domString), []),
      attestation: withDefault(domString, "none"),
      attestationFormats: withDefault(sequence(domString), []),
    },
    {
      timeout: unsignedLong,
      authenticatorSelection,
      extensions: extensionInputsJson,
    },
  );

  const requestOptions = dictionary(
    {
      challenge: binary,
      allowCredentials: withDefault(sequence(descriptorJson), []),
      userVerification: withDefault(domString, "preferred"),
      hints: withDefault(sequence(domString), []),
    },
    { timeout: unsignedLong, rpId: domString, extensions: extensionInputsJson },
  );
  return {
    creationOptions,
    requestOptions,
    descriptor: descriptorJson,
    extensionInputs: extensionInputsJson,
    prfValues: prfValuesJson,
  };
}

const JSON_FORM = dictionariesWith(domString);
const SCRIPT_FORM = dictionariesWith(bufferSource);

/** What a site sends, for `parseCreationOptionsFromJSON` and its twin. */
export const { creationOptions: creationOptionsJson, requestOptions: requestOptionsJson } = JSON_FORM;

/** What a script hands to create() and get(): buffers become base64url. */
export const { creationOptions: creationOptionsOfScript, requestOptions: requestOptionsOfScript } =
  SCRIPT_FORM;

export type ConvertedCreationOptions = ConvertedBy<typeof creationOptionsJson>;
export type ConvertedRequestOptions = ConvertedBy<typeof requestOptionsJson>;
export type ConvertedDescriptor = ConvertedBy<(typeof JSON_FORM)["descriptor"]>;
export type ConvertedExtensions = ConvertedBy<(typeof JSON_FORM)["extensionInputs"]>;
export type ConvertedPrfValues = ConvertedBy<(typeof JSON_FORM)["prfValues"]>;
