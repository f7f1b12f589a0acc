#include "driver.h"

static const char *
name_of_type(const fido_dev_t *dev)
{
	return fido_dev_is_fido2(dev) ? "fido2" : "u2f";
}

int
op_describe(fido_dev_t *dev)
{
	json_text("type", name_of_type(dev));
	json_number("protocol", fido_dev_protocol(dev));
	json_number("flags", fido_dev_flags(dev));
	json_bool("hasPin", fido_dev_has_pin(dev));
	json_bool("hasUv", fido_dev_has_uv(dev));
	json_bool("supportsPin", fido_dev_supports_pin(dev));
	json_bool("supportsUv", fido_dev_supports_uv(dev));
	json_bool("supportsCredman", fido_dev_supports_credman(dev));
	json_bool("supportsCredProtect", fido_dev_supports_cred_prot(dev));
	json_bool("supportsPermissions", fido_dev_supports_permissions(dev));
	return FIDO_OK;
}

static void
texts(const char *name, char **items, size_t count)
{
	json_array(name);
	for (size_t i = 0; i < count; i++)
		json_item(items[i]);
	json_array_end();
}

static void
options(const fido_cbor_info_t *info)
{
	char **names = fido_cbor_info_options_name_ptr(info);
	const bool *values = fido_cbor_info_options_value_ptr(info);

	json_array("options");
	for (size_t i = 0; i < fido_cbor_info_options_len(info); i++) {
		json_object();
		json_text("name", names[i]);
		json_bool("value", values[i]);
		json_object_end();
	}
	json_array_end();
}

static void
algorithms(const fido_cbor_info_t *info)
{
	json_array("algorithms");
	for (size_t i = 0; i < fido_cbor_info_algorithm_count(info); i++)
		json_number(NULL, fido_cbor_info_algorithm_cose(info, i));
	json_array_end();
}

int
op_info(fido_dev_t *dev)
{
	fido_cbor_info_t *info = fido_cbor_info_new();
	int r = fido_dev_get_cbor_info(dev, info);

	if (r == FIDO_OK) {
		texts("versions", fido_cbor_info_versions_ptr(info), fido_cbor_info_versions_len(info));
		texts("extensions", fido_cbor_info_extensions_ptr(info), fido_cbor_info_extensions_len(info));
		texts("transports", fido_cbor_info_transports_ptr(info), fido_cbor_info_transports_len(info));
		options(info);
		algorithms(info);
		json_hex("aaguid", fido_cbor_info_aaguid_ptr(info), fido_cbor_info_aaguid_len(info));
		json_number("maxMsgSize", (long long)fido_cbor_info_maxmsgsiz(info));
		json_number("maxCredBlobLength", (long long)fido_cbor_info_maxcredbloblen(info));
		json_number("maxCredentialCountInList", (long long)fido_cbor_info_maxcredcntlst(info));
		json_number("maxCredentialIdLength", (long long)fido_cbor_info_maxcredidlen(info));
		json_number("maxLargeBlob", (long long)fido_cbor_info_maxlargeblob(info));
		json_number("maxRpIdsForMinPin", (long long)fido_cbor_info_maxrpid_minpinlen(info));
		json_number("minPinLength", (long long)fido_cbor_info_minpinlen(info));
		json_number("uvAttempts", (long long)fido_cbor_info_uv_attempts(info));
		json_number("uvModality", (long long)fido_cbor_info_uv_modality(info));
		json_number("remaining", (long long)fido_cbor_info_rk_remaining(info));
		json_number("firmware", (long long)fido_cbor_info_fwversion(info));
		json_bool("newPinRequired", fido_cbor_info_new_pin_required(info));
	}
	fido_cbor_info_free(&info);
	return r;
}

int
op_retries(fido_dev_t *dev)
{
	int retries = -1;
	int r = fido_dev_get_retry_count(dev, &retries);

	json_number("retries", retries);
	return r;
}

int
op_uv_retries(fido_dev_t *dev)
{
	int retries = -1;
	int r = fido_dev_get_uv_retry_count(dev, &retries);

	json_number("retries", retries);
	return r;
}

int
op_set_pin(fido_dev_t *dev)
{
	return fido_dev_set_pin(dev, arg_text("pin"), arg_text("old"));
}

int
op_reset(fido_dev_t *dev)
{
	return fido_dev_reset(dev);
}

/* Touch to select this one among several. */
int
op_touch(fido_dev_t *dev)
{
	int touched = 0;
	int polls = 0;
	int r = fido_dev_get_touch_begin(dev);

	while (r == FIDO_OK && !touched && polls++ < arg_number("polls", 50))
		r = fido_dev_get_touch_status(dev, &touched, 50);
	json_bool("touched", touched != 0);
	return r;
}

int
op_force_u2f(fido_dev_t *dev)
{
	fido_dev_force_u2f(dev);
	json_text("type", name_of_type(dev));
	return FIDO_OK;
}
