#!/bin/busybox sh
# The guest's first process: modules, the host's files under a layer that forgets, one program, power off.
set -u
/bin/busybox mkdir -p /bin /proc /sys /dev /host /out /layer /root
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev

while read -r module; do
  insmod "/modules/$module" || echo "lab: $module did not load"
done </modules/order

share() { mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,$3" "$1" "$2"; }
share host /host ro,cache=loose || { echo "lab: no host share"; poweroff -f; }
share out /out rw,cache=none || { echo "lab: no out share"; poweroff -f; }

# Whatever becomes of the program or of whoever started this machine, it ends.
(sleep "$(cat /out/.job/seconds)"; echo "lab: time is up"; poweroff -f) &

mount -t tmpfs -o size=75% layer /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work root /root
out=$(cat /out/.job/path)
mkdir -p "/root$out" /root/proc /root/sys /root/dev /root/run
mount --move /out "/root$out"
mount -t proc proc /root/proc
mount -t sysfs sysfs /root/sys
mount -t debugfs debugfs /root/sys/kernel/debug
mount -t devtmpfs dev /root/dev
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts devpts /root/dev/pts
mount -t tmpfs shm /root/dev/shm
mount -t tmpfs run /root/run
mkdir -p /root/run/lock /root/run/dbus
# What the host's own X servers hold would look taken in here.
rm -rf /root/tmp/.X*-lock /root/tmp/.X11-unix
ip link set lo up
hostname lab

# The one port there is; its number depends on the other virtio devices.
port=$(ls /sys/class/virtio-ports)
chroot /root /bin/sh "$out/.job/run" >"/dev/$port" 2>&1
echo $? >"/root$out/.job/exit-code"
sync
poweroff -f
