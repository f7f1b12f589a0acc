#include "driver.h"

#include <pthread.h>
#include <time.h>

static pthread_t thread;
static bool started;
static fido_dev_t *whose;
static long wait_ms;

static void *
wait_and_cancel(void *unused)
{
	struct timespec wait = {wait_ms / 1000, (wait_ms % 1000) * 1000000L};

	(void)unused;
	nanosleep(&wait, NULL);
	fido_dev_cancel(whose);
	return NULL;
}

void
cancel_later(fido_dev_t *dev, long delay_ms)
{
	if (delay_ms < 0)
		return;
	whose = dev;
	wait_ms = delay_ms;
	started = pthread_create(&thread, NULL, wait_and_cancel, NULL) == 0;
}

void
cancel_settled(void)
{
	if (started)
		pthread_join(thread, NULL);
	started = false;
}
