import { describe, expect, test } from "vitest";
import { certificateHint } from "../../src/core/certificate-hint.js";

describe("what helps against a certificate that was refused", () => {
  test.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /NODE_EXTRA_CA_CERTS/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
    ["UNABLE_TO_GET_ISSUER_CERT", /NODE_EXTRA_CA_CERTS/],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", /NODE_EXTRA_CA_CERTS/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /NODE_EXTRA_CA_CERTS/],
    ["CERT_HAS_EXPIRED", /out of date/],
    ["CERT_NOT_YET_VALID", /out of date/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /another host name/],
    ["CERT_REVOKED", /was refused/],
    ["ERR_TLS_CERT_SIGNATURE_ALGORITHM_UNSUPPORTED", /was refused/],
  ])("%s", (code, says) => {
    expect(certificateHint(code)).toMatch(says);
  });

  test.each(["ECONNREFUSED", "ENOTFOUND", "ERR_SSL_WRONG_VERSION_NUMBER", "EPROTO", ""])(
    "%s has another cause",
    (code) => expect(certificateHint(code)).toBeUndefined(),
  );
});
