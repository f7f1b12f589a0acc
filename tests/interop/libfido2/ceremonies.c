#include "driver.h"

#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/es384.h>
#include <string.h>

/* What the relying party would hash; the same in every ceremony, given as hexadecimal by the test. */
static int
client_data(struct bytes *out)
{
	return arg_bytes("cdh", out) ? FIDO_OK : FIDO_ERR_INVALID_ARGUMENT;
}

static void
describe_credential(const fido_cred_t *cred)
{
	/* The two ways an attestation can hold: by its certificate or by the new key itself. */
	int verified = fido_cred_x5c_len(cred) > 0 ? fido_cred_verify(cred) : fido_cred_verify_self(cred);

	json_text("verified", fido_strerr(verified));
	json_text("fmt", fido_cred_fmt(cred));
	json_hex("id", fido_cred_id_ptr(cred), fido_cred_id_len(cred));
	json_hex("publicKey", fido_cred_pubkey_ptr(cred), fido_cred_pubkey_len(cred));
	json_hex("aaguid", fido_cred_aaguid_ptr(cred), fido_cred_aaguid_len(cred));
	json_hex("largeBlobKey", fido_cred_largeblob_key_ptr(cred), fido_cred_largeblob_key_len(cred));
	json_number("alg", fido_cred_type(cred));
	json_number("flags", fido_cred_flags(cred));
	json_number("signCount", fido_cred_sigcount(cred));
	json_number("protection", fido_cred_prot(cred));
	json_number("minPinLength", (long long)fido_cred_pin_minlen(cred));
}

static int
fill_extensions(fido_cred_t *cred)
{
	struct bytes blob;
	int r = fido_cred_set_extensions(cred, (int)arg_number("ext", 0));

	if (r == FIDO_OK && arg_text("protect") != NULL)
		r = fido_cred_set_prot(cred, (int)arg_number("protect", 0));
	if (r == FIDO_OK && arg_bytes("blob", &blob))
		r = fido_cred_set_blob(cred, blob.data, blob.len);
	if (r == FIDO_OK && arg_text("minpin") != NULL)
		r = fido_cred_set_pin_minlen(cred, (size_t)arg_number("minpin", 0));
	return r;
}

static int
fill_credential(fido_cred_t *cred)
{
	struct bytes hash, user, excluded;
	int r = client_data(&hash);

	if (r == FIDO_OK)
		r = fido_cred_set_type(cred, (int)arg_number("alg", COSE_ES256));
	if (r == FIDO_OK)
		r = fido_cred_set_clientdata_hash(cred, hash.data, hash.len);
	if (r == FIDO_OK)
		r = fido_cred_set_rp(cred, arg_text("rp"), arg_text("rpname"));
	if (r == FIDO_OK && arg_bytes("user", &user))
		r = fido_cred_set_user(cred, user.data, user.len, arg_text("name"), arg_text("display"), NULL);
	if (r == FIDO_OK && arg_option("rk") != FIDO_OPT_OMIT)
		r = fido_cred_set_rk(cred, arg_option("rk"));
	if (r == FIDO_OK && arg_option("uv") != FIDO_OPT_OMIT)
		r = fido_cred_set_uv(cred, arg_option("uv"));
	if (r == FIDO_OK && arg_bytes("exclude", &excluded))
		r = fido_cred_exclude(cred, excluded.data, excluded.len);
	return r == FIDO_OK ? fill_extensions(cred) : r;
}

int
op_make(fido_dev_t *dev)
{
	fido_cred_t *cred = fido_cred_new();
	int r = fill_credential(cred);

	if (r == FIDO_OK) {
		fido_dev_set_timeout(dev, (int)arg_number("timeout", -1));
		cancel_later(dev, arg_number("cancel", -1));
		r = fido_dev_make_cred(dev, cred, arg_text("pin"));
		cancel_settled();
		fido_dev_set_timeout(dev, -1);
	}
	if (r == FIDO_OK)
		describe_credential(cred);
	fido_cred_free(&cred);
	return r;
}

/* Judges one assertion with the key that `make` gave; without one there is nothing to judge. */
static int
verify(const fido_assert_t *assertion, size_t index)
{
	struct bytes key;
	int alg = (int)arg_number("alg", COSE_ES256);
	int r = FIDO_ERR_INVALID_ARGUMENT;

	if (!arg_bytes("publicKey", &key))
		return r;
	if (alg == COSE_ES256) {
		es256_pk_t *pk = es256_pk_new();
		if ((r = es256_pk_from_ptr(pk, key.data, key.len)) == FIDO_OK)
			r = fido_assert_verify(assertion, index, alg, pk);
		es256_pk_free(&pk);
	} else if (alg == COSE_ES384) {
		es384_pk_t *pk = es384_pk_new();
		if ((r = es384_pk_from_ptr(pk, key.data, key.len)) == FIDO_OK)
			r = fido_assert_verify(assertion, index, alg, pk);
		es384_pk_free(&pk);
	} else if (alg == COSE_EDDSA) {
		eddsa_pk_t *pk = eddsa_pk_new();
		if ((r = eddsa_pk_from_ptr(pk, key.data, key.len)) == FIDO_OK)
			r = fido_assert_verify(assertion, index, alg, pk);
		eddsa_pk_free(&pk);
	}
	return r;
}

static void
describe_assertions(const fido_assert_t *assertion)
{
	json_array("assertions");
	for (size_t i = 0; i < fido_assert_count(assertion); i++) {
		json_object();
		json_hex("id", fido_assert_id_ptr(assertion, i), fido_assert_id_len(assertion, i));
		json_hex("userId", fido_assert_user_id_ptr(assertion, i), fido_assert_user_id_len(assertion, i));
		json_text("userName", fido_assert_user_name(assertion, i));
		json_number("flags", fido_assert_flags(assertion, i));
		json_number("signCount", fido_assert_sigcount(assertion, i));
		json_hex("hmac", fido_assert_hmac_secret_ptr(assertion, i), fido_assert_hmac_secret_len(assertion, i));
		json_hex("blob", fido_assert_blob_ptr(assertion, i), fido_assert_blob_len(assertion, i));
		json_hex("largeBlobKey", fido_assert_largeblob_key_ptr(assertion, i),
		    fido_assert_largeblob_key_len(assertion, i));
		json_text("verified", fido_strerr(verify(assertion, i)));
		json_object_end();
	}
	json_array_end();
}

static int
fill_assertion(fido_assert_t *assertion)
{
	struct bytes hash, id, salt;
	char list[4096];
	char *rest = list;
	char *item;
	int r = client_data(&hash);

	if (r == FIDO_OK)
		r = fido_assert_set_clientdata_hash(assertion, hash.data, hash.len);
	if (r == FIDO_OK)
		r = fido_assert_set_rp(assertion, arg_text("rp"));
	if (r == FIDO_OK && arg_text("allow") != NULL) {
		strncpy(list, arg_text("allow"), sizeof(list) - 1);
		list[sizeof(list) - 1] = '\0';
		while (r == FIDO_OK && (item = next_item(&rest)) != NULL)
			r = unhex(item, &id) ? fido_assert_allow_cred(assertion, id.data, id.len)
			                     : FIDO_ERR_INVALID_ARGUMENT;
	}
	if (r == FIDO_OK)
		r = fido_assert_set_extensions(assertion, (int)arg_number("ext", 0));
	if (r == FIDO_OK && arg_bytes("salt", &salt))
		r = fido_assert_set_hmac_salt(assertion, salt.data, salt.len);
	if (r == FIDO_OK && arg_option("up") != FIDO_OPT_OMIT)
		r = fido_assert_set_up(assertion, arg_option("up"));
	if (r == FIDO_OK && arg_option("uv") != FIDO_OPT_OMIT)
		r = fido_assert_set_uv(assertion, arg_option("uv"));
	return r;
}

int
op_assert(fido_dev_t *dev)
{
	fido_assert_t *assertion = fido_assert_new();
	int r = fill_assertion(assertion);

	if (r == FIDO_OK) {
		fido_dev_set_timeout(dev, (int)arg_number("timeout", -1));
		cancel_later(dev, arg_number("cancel", -1));
		r = fido_dev_get_assert(dev, assertion, arg_text("pin"));
		cancel_settled();
		fido_dev_set_timeout(dev, -1);
	}
	if (r == FIDO_OK)
		describe_assertions(assertion);
	fido_assert_free(&assertion);
	return r;
}
