import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";

/** noble's curves by their JOSE names; each comes with the hash its COSE algorithm pairs it with. */
export const NOBLE_CURVES = { "P-256": p256, "P-384": p384, "P-521": p521, secp256k1 } as const;

/** Plain ECDSA over the hashed message: WebAuthn has no low-S rule, and noble would apply one by default. */
export const NOBLE_ECDSA = { lowS: false, prehash: true } as const;
