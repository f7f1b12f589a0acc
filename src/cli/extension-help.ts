/** Inputs of the extensions that `register` and `login` process: members of `extensions` in the options of `--options`. */
export const EXTENSION_HELP = `  extensions in --options, "extensions": {...}; bytes are base64url, and an extension that is not listed is ignored:
    register  "credProps": true          "minPinLength": true      "pinComplexityPolicy": true
              "credentialProtectionPolicy": "userVerificationOptional", "userVerificationOptionalWithCredentialIDList" or
              "userVerificationRequired", with "enforceCredentialProtectionPolicy": true
              "credBlob": BYTES          "largeBlob": {"support": "required" | "preferred"}
              "appidExclude": URL        "payment": {"isPayment": true}
    login     "getCredBlob": true        "largeBlob": {"read": true} or {"write": BYTES}, with one allowed credential
              "appid": URL               "prf": {"evalByCredential": {ID: {"first": BYTES}}}
    both      "prf": {"eval": {"first": BYTES, "second": BYTES}}                         "uvm": true`;
