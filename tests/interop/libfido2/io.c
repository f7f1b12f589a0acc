#include "driver.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REPORT_BYTES 64

static void *
socket_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int *handle = malloc(sizeof(*handle));

	if (handle == NULL || strlen(path) >= sizeof(address.sun_path))
		return NULL;
	strcpy(address.sun_path, path);
	*handle = socket(AF_UNIX, SOCK_STREAM, 0);
	if (*handle < 0 || connect(*handle, (struct sockaddr *)&address, sizeof(address)) < 0)
		return NULL;
	return handle;
}

static void
socket_close(void *handle)
{
	close(*(int *)handle);
	free(handle);
}

/* A report is taken whole or not at all: `ms` bounds the wait for its first byte; -1 waits for ever. */
static int
socket_read(void *handle, unsigned char *buffer, size_t len, int ms)
{
	struct pollfd readable = {.fd = *(int *)handle, .events = POLLIN};
	size_t got = 0;

	if (len < REPORT_BYTES || poll(&readable, 1, ms) != 1)
		return -1;
	while (got < REPORT_BYTES) {
		ssize_t n = read(*(int *)handle, buffer + got, REPORT_BYTES - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		got += (size_t)n;
	}
	return REPORT_BYTES;
}

/* libfido2 puts a report number before the report, as hidraw wants it; a socket has no such number. */
static int
socket_write(void *handle, const unsigned char *buffer, size_t len)
{
	if (len != REPORT_BYTES + 1)
		return -1;
	for (size_t sent = 1; sent < len;) {
		ssize_t n = send(*(int *)handle, buffer + sent, len - sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		sent += (size_t)n;
	}
	return (int)len;
}

const fido_dev_io_t socket_io = {socket_open, socket_close, socket_read, socket_write};
