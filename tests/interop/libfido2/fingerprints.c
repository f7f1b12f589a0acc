#include "driver.h"

#include <fido/bio.h>

int
op_bio_info(fido_dev_t *dev)
{
	fido_bio_info_t *info = fido_bio_info_new();
	int r = fido_bio_dev_get_info(dev, info);

	if (r == FIDO_OK) {
		json_number("type", fido_bio_info_type(info));
		json_number("maxSamples", fido_bio_info_max_samples(info));
	}
	fido_bio_info_free(&info);
	return r;
}

/* Sample after sample until none remains; with `stop`, gives up after so many. */
int
op_bio_enroll(fido_dev_t *dev)
{
	fido_bio_template_t *template = fido_bio_template_new();
	fido_bio_enroll_t *enroll = fido_bio_enroll_new();
	uint32_t timeout_ms = (uint32_t)arg_number("timeout", 5000);
	long samples = 1;
	long stop = arg_number("stop", 100);
	int r = fido_bio_dev_enroll_begin(dev, template, enroll, timeout_ms, arg_text("pin"));

	while (r == FIDO_OK && fido_bio_enroll_remaining_samples(enroll) > 0 && samples < stop) {
		r = fido_bio_dev_enroll_continue(dev, template, enroll, timeout_ms);
		samples++;
	}
	if (r == FIDO_OK && fido_bio_enroll_remaining_samples(enroll) > 0)
		r = fido_bio_dev_enroll_cancel(dev);
	json_number("samples", samples);
	json_number("lastStatus", fido_bio_enroll_last_status(enroll));
	json_number("remaining", fido_bio_enroll_remaining_samples(enroll));
	json_hex("template", fido_bio_template_id_ptr(template), fido_bio_template_id_len(template));
	fido_bio_enroll_free(&enroll);
	fido_bio_template_free(&template);
	return r;
}

int
op_bio_list(fido_dev_t *dev)
{
	fido_bio_template_array_t *templates = fido_bio_template_array_new();
	int r = fido_bio_dev_get_template_array(dev, templates, arg_text("pin"));

	json_array("templates");
	for (size_t i = 0; r == FIDO_OK && i < fido_bio_template_array_count(templates); i++) {
		const fido_bio_template_t *template = fido_bio_template(templates, i);
		json_object();
		json_hex("id", fido_bio_template_id_ptr(template), fido_bio_template_id_len(template));
		json_text("name", fido_bio_template_name(template));
		json_object_end();
	}
	json_array_end();
	fido_bio_template_array_free(&templates);
	return r;
}

static fido_bio_template_t *
named_template(int *r)
{
	struct bytes id;
	fido_bio_template_t *template = fido_bio_template_new();

	*r = arg_bytes("id", &id) ? fido_bio_template_set_id(template, id.data, id.len) : FIDO_ERR_INVALID_ARGUMENT;
	if (*r == FIDO_OK && arg_text("name") != NULL)
		*r = fido_bio_template_set_name(template, arg_text("name"));
	return template;
}

int
op_bio_name(fido_dev_t *dev)
{
	int r;
	fido_bio_template_t *template = named_template(&r);

	if (r == FIDO_OK)
		r = fido_bio_dev_set_template_name(dev, template, arg_text("pin"));
	fido_bio_template_free(&template);
	return r;
}

int
op_bio_remove(fido_dev_t *dev)
{
	int r;
	fido_bio_template_t *template = named_template(&r);

	if (r == FIDO_OK)
		r = fido_bio_dev_enroll_remove(dev, template, arg_text("pin"));
	fido_bio_template_free(&template);
	return r;
}
