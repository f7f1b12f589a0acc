/*
 * Lets a test drive libfido2, unmodified, over a stream socket that carries 64-byte CTAPHID reports.
 *
 * One line in: an operation and its arguments, `make rp=example.com user=00ff pin=1234`.
 * One line out: a JSON object with at least `op`, `code` (libfido2's) and `error` (its name).
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <fido.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of bytes that an argument named, or that libfido2 gave. */
struct bytes {
	unsigned char data[8192];
	size_t len;
};

/* args.c: the line that is being answered. */
void args_read(char *line);
const char *args_op(void);
/* NULL when the argument is absent. */
const char *arg_text(const char *name);
long arg_number(const char *name, long otherwise);
/* False when the argument is absent; a bad one ends the program. */
bool arg_bytes(const char *name, struct bytes *out);
/* FIDO_OPT_OMIT when absent. */
fido_opt_t arg_option(const char *name);
/* Cuts the next item off a list separated by commas; NULL at its end. */
char *next_item(char **list);
bool unhex(const char *text, struct bytes *out);

/* json.c: the answer that is being written. */
void json_begin(void);
void json_end(void);
void json_number(const char *name, long long value);
void json_bool(const char *name, bool value);
/* A NULL text is written as null. */
void json_text(const char *name, const char *text);
void json_hex(const char *name, const unsigned char *data, size_t len);
void json_array(const char *name);
void json_array_end(void);
void json_object(void);
void json_object_end(void);
void json_item(const char *text);

/* io.c */
extern const fido_dev_io_t socket_io;

/* cancel.c: fido_dev_cancel() from another thread, so many milliseconds from now. */
void cancel_later(fido_dev_t *dev, long delay_ms);
void cancel_settled(void);

/* The operations; each returns libfido2's code and writes what it learned. */
typedef int operation(fido_dev_t *dev);
operation op_describe, op_info, op_retries, op_uv_retries, op_set_pin, op_reset, op_touch, op_force_u2f;
operation op_make, op_assert;
operation op_metadata, op_relying_parties, op_credentials, op_delete, op_update;
operation op_blob_get, op_blob_set, op_blob_remove, op_blob_array;
operation op_enterprise, op_always_uv, op_force_pin_change, op_min_pin, op_min_pin_sites;
operation op_bio_info, op_bio_enroll, op_bio_list, op_bio_name, op_bio_remove;

#endif
