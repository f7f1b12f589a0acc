#include "driver.h"

#include <fido/config.h>
#include <fido/credman.h>
#include <stdlib.h>
#include <string.h>

int
op_metadata(fido_dev_t *dev)
{
	fido_credman_metadata_t *metadata = fido_credman_metadata_new();
	int r = fido_credman_get_dev_metadata(dev, metadata, arg_text("pin"));

	if (r == FIDO_OK) {
		json_number("existing", (long long)fido_credman_rk_existing(metadata));
		json_number("remaining", (long long)fido_credman_rk_remaining(metadata));
	}
	fido_credman_metadata_free(&metadata);
	return r;
}

int
op_relying_parties(fido_dev_t *dev)
{
	fido_credman_rp_t *sites = fido_credman_rp_new();
	int r = fido_credman_get_dev_rp(dev, sites, arg_text("pin"));

	json_array("sites");
	for (size_t i = 0; r == FIDO_OK && i < fido_credman_rp_count(sites); i++) {
		json_object();
		json_text("id", fido_credman_rp_id(sites, i));
		json_text("name", fido_credman_rp_name(sites, i));
		json_hex("hash", fido_credman_rp_id_hash_ptr(sites, i), fido_credman_rp_id_hash_len(sites, i));
		json_object_end();
	}
	json_array_end();
	fido_credman_rp_free(&sites);
	return r;
}

int
op_credentials(fido_dev_t *dev)
{
	fido_credman_rk_t *keys = fido_credman_rk_new();
	int r = fido_credman_get_dev_rk(dev, arg_text("rp"), keys, arg_text("pin"));

	json_array("credentials");
	for (size_t i = 0; r == FIDO_OK && i < fido_credman_rk_count(keys); i++) {
		const fido_cred_t *cred = fido_credman_rk(keys, i);
		json_object();
		json_hex("id", fido_cred_id_ptr(cred), fido_cred_id_len(cred));
		json_hex("userId", fido_cred_user_id_ptr(cred), fido_cred_user_id_len(cred));
		json_text("userName", fido_cred_user_name(cred));
		json_text("displayName", fido_cred_display_name(cred));
		json_hex("publicKey", fido_cred_pubkey_ptr(cred), fido_cred_pubkey_len(cred));
		json_hex("largeBlobKey", fido_cred_largeblob_key_ptr(cred), fido_cred_largeblob_key_len(cred));
		json_number("protection", fido_cred_prot(cred));
		json_object_end();
	}
	json_array_end();
	fido_credman_rk_free(&keys);
	return r;
}

int
op_delete(fido_dev_t *dev)
{
	struct bytes id;

	if (!arg_bytes("id", &id))
		return FIDO_ERR_INVALID_ARGUMENT;
	return fido_credman_del_dev_rk(dev, id.data, id.len, arg_text("pin"));
}

int
op_update(fido_dev_t *dev)
{
	struct bytes id, user;
	fido_cred_t *cred = fido_cred_new();
	int r = FIDO_ERR_INVALID_ARGUMENT;

	if (arg_bytes("id", &id) && arg_bytes("user", &user)) {
		r = fido_cred_set_id(cred, id.data, id.len);
		if (r == FIDO_OK)
			r = fido_cred_set_user(cred, user.data, user.len, arg_text("name"), arg_text("display"), NULL);
		if (r == FIDO_OK)
			r = fido_credman_set_dev_rk(dev, cred, arg_text("pin"));
	}
	fido_cred_free(&cred);
	return r;
}

int
op_blob_get(fido_dev_t *dev)
{
	struct bytes key;
	unsigned char *data = NULL;
	size_t len = 0;
	int r = FIDO_ERR_INVALID_ARGUMENT;

	if (arg_bytes("key", &key))
		r = fido_dev_largeblob_get(dev, key.data, key.len, &data, &len);
	json_hex("data", data, len);
	free(data);
	return r;
}

int
op_blob_set(fido_dev_t *dev)
{
	struct bytes key;
	static struct bytes data;

	if (!arg_bytes("key", &key) || !arg_bytes("data", &data))
		return FIDO_ERR_INVALID_ARGUMENT;
	return fido_dev_largeblob_set(dev, key.data, key.len, data.data, data.len, arg_text("pin"));
}

int
op_blob_remove(fido_dev_t *dev)
{
	struct bytes key;

	if (!arg_bytes("key", &key))
		return FIDO_ERR_INVALID_ARGUMENT;
	return fido_dev_largeblob_remove(dev, key.data, key.len, arg_text("pin"));
}

/* Reads the whole array; with `set`, replaces it before. */
int
op_blob_array(fido_dev_t *dev)
{
	static struct bytes array;
	unsigned char *data = NULL;
	size_t len = 0;
	int r = FIDO_OK;

	if (arg_bytes("set", &array))
		r = fido_dev_largeblob_set_array(dev, array.data, array.len, arg_text("pin"));
	if (r == FIDO_OK)
		r = fido_dev_largeblob_get_array(dev, &data, &len);
	json_hex("array", data, len);
	free(data);
	return r;
}

int
op_enterprise(fido_dev_t *dev)
{
	return fido_dev_enable_entattest(dev, arg_text("pin"));
}

int
op_always_uv(fido_dev_t *dev)
{
	return fido_dev_toggle_always_uv(dev, arg_text("pin"));
}

int
op_force_pin_change(fido_dev_t *dev)
{
	return fido_dev_force_pin_change(dev, arg_text("pin"));
}

int
op_min_pin(fido_dev_t *dev)
{
	return fido_dev_set_pin_minlen(dev, (size_t)arg_number("length", 0), arg_text("pin"));
}

int
op_min_pin_sites(fido_dev_t *dev)
{
	const char *sites[8];
	char list[1024];
	char *rest = list;
	size_t count = 0;

	if (arg_text("sites") == NULL)
		return FIDO_ERR_INVALID_ARGUMENT;
	strncpy(list, arg_text("sites"), sizeof(list) - 1);
	list[sizeof(list) - 1] = '\0';
	while (count < 8 && (sites[count] = next_item(&rest)) != NULL)
		count++;
	return fido_dev_set_pin_minlen_rpid(dev, sites, count, arg_text("pin"));
}
