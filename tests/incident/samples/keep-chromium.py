"""Keeps what `npm run test:lab -- explain` left in artifacts/lab/explain as samples of Chromium's own files.

    python3 tests/incident/samples/keep-chromium.py artifacts/lab/explain

Lines and events are kept as they are. Left out, to keep them small: NetLog's polled data, its command line, constants and events
of other requests; lines of Chromium's log that are of no device; most of the signs of life in the capture of the bus.
"""

import json
import struct
import sys
from pathlib import Path

SAMPLES = Path(__file__).parent / "chromium-156"
SIGNS_KEPT = 25
USBMON_HEADER = 64
KEEPALIVE = 0xBB


def keep_netlog(text: str) -> str:
    log = json.loads(text)
    constants = log["constants"]
    sources = {e["source"]["id"] for e in log["events"] if "/register/" in e.get("params", {}).get("url", "")}
    events = [e for e in log["events"] if e["source"]["id"] in sources]
    used = {e["type"] for e in events}
    names = {name: number for name, number in constants["logEventTypes"].items() if number in used}
    kept = {name: constants[name] for name in ("clientInfo", "logCaptureMode", "logFormatVersion", "logSourceType")}
    # The command line names folders of the machine it ran on.
    kept["clientInfo"] = {name: value for name, value in kept["clientInfo"].items() if name != "command_line"}
    kept |= {"logEventPhase": constants["logEventPhase"], "timeTickOffset": constants["timeTickOffset"]}
    kept["logEventTypes"] = names
    lines = ",\n".join(json.dumps(event, separators=(",", ":")) for event in events)
    return f'{{"constants":{json.dumps(kept, separators=(",", ":"))},\n"events": [\n{lines}]}}\n'


def keep_log(text: str) -> str:
    kept, is_device = [], False
    for line in text.split("\n"):
        if line.startswith("["):
            is_device = "device_event_log_impl.cc" in line or "webauthn" in line
        if is_device:
            kept.append(line)
    return "\n".join(kept) + "\n"


def blocks(capture: bytes):
    at = 0
    while at < len(capture):
        length = struct.unpack_from("<I", capture, at + 4)[0]
        yield capture[at : at + length]
        at += length


def keep_capture(capture: bytes) -> bytes:
    kept: list[bytes | None] = []
    asked: dict[bytes, int] = {}
    signs = 0
    for block in blocks(capture):
        kept.append(block)
        if struct.unpack_from("<I", block)[0] != 6:
            continue
        packet = block[28 : 28 + struct.unpack_from("<I", block, 20)[0]]
        urb, event, payload = packet[:8], packet[8:9], packet[USBMON_HEADER:]
        if event == b"S":
            asked[urb] = len(kept) - 1
        elif len(payload) > 4 and payload[4] == KEEPALIVE:
            signs += 1
            if signs % SIGNS_KEPT != 0:
                kept[-1] = None
                if urb in asked:
                    kept[asked.pop(urb)] = None
    return b"".join(block for block in kept if block is not None)


for folder in sorted(path for path in Path(sys.argv[1]).iterdir() if (path / "harness.jsonl").exists()):
    out = SAMPLES / folder.name
    out.mkdir(parents=True, exist_ok=True)
    (out / "netlog.json").write_text(keep_netlog((folder / "netlog.json").read_text()))
    (out / "device-log.txt").write_text(keep_log((folder / "device-log.txt").read_text()))
    (out / "network.har").write_text((folder / "network.har").read_text())
    (out / "harness.jsonl").write_text((folder / "harness.jsonl").read_text())
    if (folder / "usb.pcapng").exists():
        (out / "usb.pcapng").write_bytes(keep_capture((folder / "usb.pcapng").read_bytes()))
