#include "driver.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	operation *run;
} OPERATIONS[] = {
    {"describe", op_describe},
    {"info", op_info},
    {"retries", op_retries},
    {"uv-retries", op_uv_retries},
    {"set-pin", op_set_pin},
    {"reset", op_reset},
    {"touch", op_touch},
    {"force-u2f", op_force_u2f},
    {"make", op_make},
    {"assert", op_assert},
    {"metadata", op_metadata},
    {"sites", op_relying_parties},
    {"credentials", op_credentials},
    {"delete", op_delete},
    {"update", op_update},
    {"blob-get", op_blob_get},
    {"blob-set", op_blob_set},
    {"blob-remove", op_blob_remove},
    {"blob-array", op_blob_array},
    {"enterprise", op_enterprise},
    {"always-uv", op_always_uv},
    {"force-pin-change", op_force_pin_change},
    {"min-pin", op_min_pin},
    {"min-pin-sites", op_min_pin_sites},
    {"bio-info", op_bio_info},
    {"bio-enroll", op_bio_enroll},
    {"bio-list", op_bio_list},
    {"bio-name", op_bio_name},
    {"bio-remove", op_bio_remove},
};

static fido_dev_t *
plug_in(const char *path, int *r)
{
	fido_dev_t *dev = fido_dev_new();

	*r = fido_dev_set_io_functions(dev, &socket_io);
	if (*r == FIDO_OK)
		*r = fido_dev_open(dev, path);
	return dev;
}

static void
answer(const char *op, int r)
{
	json_text("op", op);
	json_number("code", r);
	json_text("error", fido_strerr(r));
	json_end();
}

/* `open` again is a client that starts over: the old handle is closed first. */
int
main(int argc, char **argv)
{
	char line[32768];
	fido_dev_t *dev = NULL;

	if (argc != 2) {
		fprintf(stderr, "usage: %s SOCKET\n", argv[0]);
		return 2;
	}
	fido_init(0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		int r = FIDO_ERR_INVALID_COMMAND;
		args_read(line);
		json_begin();
		if (strcmp(args_op(), "open") == 0) {
			if (dev != NULL) {
				fido_dev_close(dev);
				fido_dev_free(&dev);
			}
			dev = plug_in(argv[1], &r);
		}
		for (size_t i = 0; dev != NULL && i < sizeof(OPERATIONS) / sizeof(OPERATIONS[0]); i++)
			if (strcmp(OPERATIONS[i].name, args_op()) == 0)
				r = OPERATIONS[i].run(dev);
		answer(args_op(), r);
	}
	if (dev != NULL) {
		fido_dev_close(dev);
		fido_dev_free(&dev);
	}
	return 0;
}
