process.stdout.write("running\n");
setInterval(() => undefined, 1_000);
