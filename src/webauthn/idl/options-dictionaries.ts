import {
  boolean,
  dictionary,
  domString,
  long,
  record,
  sequence,
  unsignedLong,
  usvString,
  withDefault,
  type ConvertedBy,
} from "./web-idl.js";

/**
 * The dictionaries of the JSON options, row by row as the specifications have them.
 *
 * @see WebAuthn Level 3 §5.1.9, §5.1.10, §5.4 and §10; CTAP 2.3 §12; Secure Payment Confirmation §5
 */

/** Base64url that is not decoded yet: a browser converts all types first, and only then decodes. */
const base64UrlString = domString;

const rpEntity = dictionary({ name: domString }, { id: domString });

const userEntityJson = dictionary({ id: base64UrlString, name: domString, displayName: domString }, {});

const credentialParameters = dictionary({ type: domString, alg: long }, {});

const descriptorJson = dictionary(
  { id: base64UrlString, type: domString },
  { transports: sequence(domString) },
);

const authenticatorSelection = dictionary(
  {
    requireResidentKey: withDefault(boolean, false),
    userVerification: withDefault(domString, "preferred"),
  },
  { authenticatorAttachment: domString, residentKey: domString },
);

const prfValuesJson = dictionary({ first: base64UrlString }, { second: base64UrlString });

const extensionInputsJson = dictionary(
  {},
  {
    appid: usvString,
    appidExclude: usvString,
    credBlob: base64UrlString,
    credentialProtectionPolicy: usvString,
    credProps: boolean,
    enforceCredentialProtectionPolicy: boolean,
    getCredBlob: boolean,
    largeBlob: dictionary({}, { support: domString, read: boolean, write: base64UrlString }),
    minPinLength: boolean,
    payment: dictionary({}, { isPayment: boolean }),
    pinComplexityPolicy: boolean,
    prf: dictionary({}, { eval: prfValuesJson, evalByCredential: record(prfValuesJson) }),
    uvm: boolean,
  },
);

export const creationOptionsJson = dictionary(
  {
    rp: rpEntity,
    user: userEntityJson,
    challenge: base64UrlString,
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

export const requestOptionsJson = dictionary(
  {
    challenge: base64UrlString,
    allowCredentials: withDefault(sequence(descriptorJson), []),
    userVerification: withDefault(domString, "preferred"),
    hints: withDefault(sequence(domString), []),
  },
  { timeout: unsignedLong, rpId: domString, extensions: extensionInputsJson },
);

export type ConvertedCreationOptions = ConvertedBy<typeof creationOptionsJson>;
export type ConvertedRequestOptions = ConvertedBy<typeof requestOptionsJson>;
export type ConvertedDescriptor = ConvertedBy<typeof descriptorJson>;
export type ConvertedExtensions = ConvertedBy<typeof extensionInputsJson>;
export type ConvertedPrfValues = ConvertedBy<typeof prfValuesJson>;
