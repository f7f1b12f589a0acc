#include "driver.h"

#include <stdio.h>

/* Whether the next member needs a comma before it. */
static bool follows;

static void
separate(const char *name)
{
	if (follows)
		putchar(',');
	follows = true;
	if (name != NULL)
		printf("\"%s\":", name);
}

static void
quote(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

void
json_begin(void)
{
	follows = false;
	putchar('{');
}

void
json_end(void)
{
	puts("}");
	fflush(stdout);
}

void
json_number(const char *name, long long value)
{
	separate(name);
	printf("%lld", value);
}

void
json_bool(const char *name, bool value)
{
	separate(name);
	fputs(value ? "true" : "false", stdout);
}

void
json_text(const char *name, const char *text)
{
	separate(name);
	if (text == NULL)
		fputs("null", stdout);
	else
		quote(text);
}

void
json_hex(const char *name, const unsigned char *data, size_t len)
{
	separate(name);
	putchar('"');
	for (size_t i = 0; data != NULL && i < len; i++)
		printf("%02x", data[i]);
	putchar('"');
}

void
json_array(const char *name)
{
	separate(name);
	putchar('[');
	follows = false;
}

void
json_array_end(void)
{
	putchar(']');
	follows = true;
}

void
json_object(void)
{
	separate(NULL);
	putchar('{');
	follows = false;
}

void
json_object_end(void)
{
	putchar('}');
	follows = true;
}

void
json_item(const char *text)
{
	json_text(NULL, text);
}
