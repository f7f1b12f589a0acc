"""Stands in for bluetoothd on a bus of its own: an adapter that reads an advert as BlueZ does and prints it."""

import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

PROPERTIES = "org.freedesktop.DBus.Properties"


def plain(value):
    if isinstance(value, dbus.Dictionary):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, dbus.Array) and value.signature == "y":
        return bytes(bytearray(value)).hex()
    if isinstance(value, dbus.Array):
        return [plain(inner) for inner in value]
    return int(value) if isinstance(value, int) else str(value)


def say(**event):
    print(json.dumps(event), flush=True)


class Adapter(dbus.service.Object):
    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return dbus.Boolean(sys.argv[1] == "on")

    @dbus.service.method(
        "org.bluez.LEAdvertisingManager1",
        in_signature="oa{sv}",
        sender_keyword="sender",
        async_callbacks=("done", "fail"),
    )
    def RegisterAdvertisement(self, path, options, sender, done, fail):
        def read(properties):
            types = {str(name): value.signature if hasattr(value, "signature") else type(value).__name__
                     for name, value in properties.items()}
            say(event="registered", path=str(path), types=types, properties=plain(properties))
            done()

        advert = bus.get_object(sender, path, introspect=False)
        advert.GetAll("org.bluez.LEAdvertisement1", dbus_interface=PROPERTIES, reply_handler=read, error_handler=fail)

    @dbus.service.method("org.bluez.LEAdvertisingManager1", in_signature="o", sender_keyword="sender")
    def UnregisterAdvertisement(self, path, sender):
        say(event="unregistered", path=str(path))


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
name = dbus.service.BusName("org.bluez", bus)
adapter = Adapter(bus, "/org/bluez/hci0")
say(event="ready")
GLib.MainLoop().run()
