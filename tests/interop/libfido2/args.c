#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 32

static const char *op = "";
static char *args[ARGS_MAX];
static size_t count;

void
args_read(char *line)
{
	char *rest = NULL;
	char *word;

	op = strtok_r(line, " \n", &rest);
	count = 0;
	while ((word = strtok_r(NULL, " \n", &rest)) != NULL && count < ARGS_MAX)
		args[count++] = word;
	if (op == NULL)
		op = "";
}

const char *
args_op(void)
{
	return op;
}

const char *
arg_text(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < count; i++)
		if (strncmp(args[i], name, len) == 0 && args[i][len] == '=')
			return args[i] + len + 1;
	return NULL;
}

long
arg_number(const char *name, long otherwise)
{
	const char *text = arg_text(name);

	return text == NULL ? otherwise : strtol(text, NULL, 10);
}

bool
unhex(const char *text, struct bytes *out)
{
	size_t digits = strlen(text);
	unsigned int byte;

	if (digits % 2 != 0 || digits / 2 > sizeof(out->data))
		return false;
	for (size_t i = 0; i < digits / 2; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		out->data[i] = (unsigned char)byte;
	}
	out->len = digits / 2;
	return true;
}

bool
arg_bytes(const char *name, struct bytes *out)
{
	const char *text = arg_text(name);

	if (text == NULL)
		return false;
	if (!unhex(text, out)) {
		fprintf(stderr, "%s: %s is not hexadecimal\n", op, name);
		exit(2);
	}
	return true;
}

fido_opt_t
arg_option(const char *name)
{
	const char *text = arg_text(name);

	if (text == NULL)
		return FIDO_OPT_OMIT;
	return strcmp(text, "true") == 0 ? FIDO_OPT_TRUE : FIDO_OPT_FALSE;
}

char *
next_item(char **list)
{
	return strsep(list, ",");
}
