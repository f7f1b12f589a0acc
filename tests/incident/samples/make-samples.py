"""Writes the sample logs of this folder: invented values in the layouts of the programs that write them.

Independent of the code under test: CBOR, CTAPHID, pcapng, btsnoop and zip are written out here by their specifications.
Run: python3 tests/incident/samples/make-samples.py
"""
import base64, datetime, hashlib, io, json, os, struct, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
T0 = 1772442672  # 2026-03-02T09:11:12Z

# What no output of an importer may hold.
USER = "hanako.tanaka@shop.example"
CRED = bytes.fromhex("c0ffee00112233445566778899aabbcc")
CHALLENGE = b"a challenge that is only once"
CHALLENGE_TEXT = base64.urlsafe_b64encode(CHALLENGE).rstrip(b"=").decode()
ORIGIN = "https://shop.example"


def client_data(kind):
    return json.dumps({"type": kind, "challenge": CHALLENGE_TEXT, "origin": ORIGIN, "crossOrigin": False},
                      separators=(",", ":")).encode()


HASH_GET = hashlib.sha256(client_data("webauthn.get")).digest()
HASH_CREATE = hashlib.sha256(client_data("webauthn.create")).digest()


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    if n < 256:
        return bytes([major << 5 | 24, n])
    return bytes([major << 5 | 25]) + struct.pack(">H", n)


def cbor(v):
    if v is True:
        return b"\xf5"
    if v is False:
        return b"\xf4"
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(cbor, v))
    keys = sorted(v, key=lambda k: (0 if isinstance(k, int) else 1, len(cbor(k)), cbor(k)))
    return head(5, len(v)) + b"".join(cbor(k) + cbor(v[k]) for k in keys)


DESCRIPTOR = {"id": CRED, "type": "public-key"}
GET = b"\x02" + cbor({1: "shop.example", 2: HASH_GET, 3: [DESCRIPTOR], 5: {"up": True}})
MAKE = b"\x01" + cbor({1: HASH_CREATE, 2: {"id": "shop.example", "name": "Shop"},
                      3: {"id": b"u1", "name": USER, "displayName": "Hanako"},
                      4: [{"alg": -7, "type": "public-key"}]})
RP_HASH = hashlib.sha256(b"shop.example").digest()
AUTH_GET = RP_HASH + b"\x01" + struct.pack(">I", 7)
GET_OK = b"\x00" + cbor({1: DESCRIPTOR, 2: AUTH_GET, 3: b"\x30" * 70})
AUTH_MAKE = RP_HASH + b"\x41" + struct.pack(">I", 1) + b"\x00" * 16 + struct.pack(">H", len(CRED)) + CRED + cbor({1: 2, 3: -7})
MAKE_OK = b"\x00" + cbor({1: "none", 2: AUTH_MAKE, 3: {}})
CHANNEL = 0xA1B2C3D4


def reports(command, payload, channel=CHANNEL):
    out = [struct.pack(">IBH", channel, 0x80 | command, len(payload)) + payload[:57]]
    rest, seq = payload[57:], 0
    while rest:
        out.append(struct.pack(">IB", channel, seq) + rest[:59])
        rest, seq = rest[59:], seq + 1
    return [r.ljust(64, b"\x00") for r in out]


def write(name, data):
    mode = "wb" if isinstance(data, bytes) else "w"
    with open(os.path.join(HERE, name), mode, **({} if mode == "wb" else {"newline": "\n"})) as f:
        f.write(data)


# --- Windows ---
def win(event, ms, transaction, record, **data):
    t = datetime.datetime.fromtimestamp(T0 + ms / 1000, datetime.timezone.utc)
    stamp = t.strftime("%Y-%m-%dT%H:%M:%S.%f") + "9Z"
    rows = "".join(f"<Data Name='{k}'>{v}</Data>" for k, v in data.items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-WebAuthN' Guid='{3ae1ea61-c002-47fb-b06c-4022a8c98929}'/>"
        f"<EventID>{event}</EventID><Version>0</Version><Level>4</Level><TimeCreated SystemTime='{stamp}'/>"
        f"<EventRecordID>{record}</EventRecordID><Execution ProcessID='4711' ThreadID='12'/>"
        "<Channel>Microsoft-Windows-WebAuthN/Operational</Channel><Computer>HANAKO-PC</Computer>"
        "<Security UserID='S-1-5-21-1-2-3-1001'/></System><EventData>"
        f"<Data Name='TransactionId'>{{{transaction}}}</Data>{rows}</EventData></Event>"
    )


A, B = "00000000-1111-2222-3333-444444444444", "00000000-1111-2222-3333-555555555555"
HEX = lambda b: b.hex().upper()
write("windows-events.xml", "\ufeff<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n<Events>" + "\n".join([
    win(1003, 0, A, 1),
    win(2106, 10, A, 2, Name="Application", Value="C:\\Users\\hanako.tanaka\\browser.exe"),
    win(2100, 100, A, 3, Command="0x2", Flags="0x0", TimeoutMilliseconds="60000"),
    win(1103, 200, A, 4, RpId="shop.example", ClientDataHash=HEX(HASH_GET), CredentialCount="1", Request=HEX(GET)),
    win(1005, 60100, A, 5, Error="0x800705b4", HResult="-2147023436"),
    win(1000, 90000, B, 6),
    win(1101, 90100, B, 7, RpId="shop.example", UserId="7531", ClientDataHash=HEX(HASH_CREATE), CredentialCount="0", Request=HEX(MAKE)),
    win(2225, 95000, B, 8, RequestCommand="0x90", Request=HEX(MAKE), ResponseCommand="0x90", Response=HEX(MAKE_OK)),
    win(1102, 95010, B, 9, Flags="0x41", SignCount="1", CredentialId=HEX(CRED), Response=HEX(MAKE_OK)),
    win(1001, 95020, B, 10),
    win(2106, 95030, B, 11, Name="authenticationResponseJSON", Value="{&quot;user&quot;:&quot;" + USER + "&quot;}"),
]) + "</Events>\n")


# --- libfido2: no times ---
def xxd(of, data):
    rows = [f"{of}: buf=0x7ffd1230, len={len(data)}"]
    for i in range(0, len(data), 16):
        rows.append(f"{i:04d}: " + " ".join(f"{b:02x}" for b in data[i:i + 16]))
    return rows


lines = ["fido_tx: dev=0x55d0c1a0, cmd=0x10"] + xxd("fido_tx", GET) + ["fido_rx: dev=0x55d0c1a0, cmd=0x10, ms=19998"]
for frame in [reports(0x3B, b"\x01")[0], reports(0x3B, b"\x02")[0], reports(0x3B, b"\x02")[0]]:
    lines += xxd("rx_preamble", frame)
answer = reports(0x10, b"\x3a")
lines += xxd("rx_preamble", answer[0]) + ["rx: payload_len=1", "cbor_parse_reply: blob[0]=0x3a", "fido_dev_get_assert_rx: cbor_parse_reply", "fido2-assert: fido_dev_get_assert: FIDO_ERR_ACTION_TIMEOUT"]
write("libfido2.txt", "\n".join(lines) + "\n")

# --- ykman: time of the day, milliseconds that are not padded ---
log = []


def yk(second, ms, text, where="fido2.hid.base.write_packet:51"):
    log.append(f"TRAFFIC 10:11:{second:02d}.{ms} [{where}] {text}")


for r in reports(0x10, GET):
    yk(12, 5, "SEND: " + r.hex())
yk(12, 105, "RECV: " + reports(0x3B, b"\x02")[0].hex(), "fido2.hid.base.read_packet:60")
log.append("DEBUG 10:11:12.106 [fido2.hid._do_call:180] Got keepalive status: 02")
for r in reports(0x10, GET_OK):
    yk(15, 42, "RECV: " + r.hex(), "fido2.hid.base.read_packet:60")
write("python-fido2.txt", "\n".join(log) + "\n")

# --- Firefox ---
dec = lambda b: "[" + ", ".join(str(x) for x in b) + "]"
write("authenticator-rs.txt", "\n".join([
    "2026-03-02 09:11:12.000250 UTC - [Parent 4711: Main Thread]: D/webauthnmanager starting",
    f"2026-03-02 09:11:12.100000 UTC - [Parent 4711: fido]: D/authenticator sent to Device(hidraw3) cmd=MakeCredentials: {dec(MAKE)}",
    f"2026-03-02 09:11:20.500000 UTC - [Parent 4711: fido]: D/authenticator got from Device(hidraw3) status=OperationDenied: {dec(bytes([0x27]))}",
]) + "\n")

# --- Android ---
b64 = lambda b: base64.b64encode(b).decode()
lc = ["--------- beginning of main"]


def line(ms, tag, text, level="D"):
    t = datetime.datetime.fromtimestamp(T0 + 3600 + ms / 1000, datetime.timezone.utc)
    lc.append(t.strftime("%m-%d %H:%M:%S.") + f"{t.microsecond // 1000:03d}  3123  3201 {level} {tag:8s}: {text}")


line(0, "HybridQrCodeData", "QR FIDO:/013370424242 secret 00112233445566778899aabbccddeeff")
line(10, "HybridAuthenticate", "onCreate")
line(20, "CryptoHelper", "AES key 0f1e2d3c4b5a69788796a5b4c3d2e1f0")
line(30, "HybridBleAdvertiser", "BLE advertising onStartSuccess")
line(40, "TunnelWebsocket", "connect() with state NEW")
line(900, "AuthenticatorController", "✓ Post-handshake message sent successfully")
line(1000, "FidoUi", "onCreate caller=com.example.browser")
for r in reports(0x10, GET):
    line(1100, "FidoCtapHidConnection", "Sent packet " + b64(r))
line(1200, "FidoCtapHidConnection", "Received packet " + b64(reports(0x3B, b"\x02")[0]))
line(31200, "FidoCtapHidConnection", "Received packet " + b64(reports(0x10, b"\x3a")[0]))
line(31300, "FidoUi", "Finish with error: user waited too long (NOT_ALLOWED_ERR)", "W")
line(31400, "OtherApp", USER + " logged in")
write("logcat.txt", "\n".join(lc) + "\n")

# --- NetLog, of a browser that was killed: no end ---
TUNNEL = "wss://cable.ua5v.com/cable/connect/012345/0011223344556677889900AABBCCDDEE"
types = {"REQUEST_ALIVE": 2, "URL_REQUEST_START_JOB": 101, "HTTP_TRANSACTION_READ_RESPONSE_HEADERS": 201,
         "WEBSOCKET_SENT_FRAME_HEADER": 411, "WEBSOCKET_RECV_FRAME_HEADER": 412, "FAILED": 1}
ev = []


def net(ms, kind, source, **params):
    ev.append(json.dumps({"phase": 0, "source": {"id": source, "start_time": "10000", "type": 1}, "time": str(10000 + ms),
                          "type": types[kind], "params": params}, separators=(",", ":")))


net(0, "URL_REQUEST_START_JOB", 5, url=ORIGIN + "/webauthn/login/options?user=" + USER, method="POST")
net(80, "HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 5, headers=["HTTP/1.1 200", "set-cookie: sid=topsecretcookie"])
net(2000, "URL_REQUEST_START_JOB", 77, url=TUNNEL, method="GET")
net(2200, "HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 77, headers=["HTTP/1.1 101 Switching Protocols"])
frame = lambda n, op=2: {"final": True, "masked": False, "opcode": op, "payload_length": n}
net(8000, "WEBSOCKET_RECV_FRAME_HEADER", 77, **frame(1))
net(8010, "WEBSOCKET_SENT_FRAME_HEADER", 77, **frame(81))
net(8300, "WEBSOCKET_RECV_FRAME_HEADER", 77, **frame(81))
net(8400, "WEBSOCKET_RECV_FRAME_HEADER", 77, **frame(273))
net(9000, "URL_REQUEST_START_JOB", 90, url="https://elsewhere.example/news", method="GET")
net(9500, "WEBSOCKET_RECV_FRAME_HEADER", 77, **frame(2, 8))
write("netlog.json", json.dumps({"timeTickOffset": str(T0 * 1000 - 10000), "logEventTypes": types,
      "logEventPhase": {"PHASE_NONE": 0}}, separators=(",", ":")).join(['{"constants":', ',"events":[\n']) + ",\n".join(ev) + ",\n")

# --- btsnoop, H4 ---
SERVICE = bytes(range(0x40, 0x54))
LONG = bytes(range(0x60, 0x78))
ad = lambda data: bytes([len(data) + 3, 0x16, 0xF9, 0xFF]) + data
snoop = b"btsnoop\0" + struct.pack(">II", 1, 1002)


def hci(ms, flags, packet):
    global snoop
    us = T0 * 1_000_000 + int(ms * 1000) + 0x00DCDDB30F2F8000
    snoop += struct.pack(">IIIIQ", len(packet), len(packet), flags, 0, us) + packet


params = bytes([0, 3, 1, len(ad(SERVICE))]) + ad(SERVICE)
hci(0, 2, bytes([1, 0x37, 0x20, len(params)]) + params)
hci(50, 2, bytes([1, 0x37, 0x20, len(params)]) + params)
report = bytes([0, 1]) + bytes.fromhex("a0b1c2d3e4f5") + bytes([len(ad(LONG))]) + ad(LONG) + bytes([0xC4])
body = bytes([2, 1]) + report
hci(700, 3, bytes([4, 0x3E, len(body)]) + body)
hci(800, 0, bytes([2, 1, 2, 3]))
write("btsnoop_hci.log", snoop)

# --- USB capture: usbmon, mmapped header ---
block = lambda kind, body: struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
cap = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 220, 0, 0))
urb = 0


def usb(ms, direction, data, device=3, transfer=1):
    global cap, urb
    urb += 1
    us = T0 * 1_000_000 + int(ms * 1000)
    kind, endpoint, status = (0x53, 0x01, -115) if direction == "out" else (0x43, 0x81, 0)
    header = struct.pack("<QBBBBHBBqiiII", urb, kind, transfer, endpoint, device, 1, 0x2D, 0, us // 1_000_000, us % 1_000_000, status, len(data), len(data)).ljust(64, b"\x00")
    packet = header + data
    cap += block(6, struct.pack("<IIIII", 0, us >> 32, us & 0xFFFFFFFF, len(packet), len(packet)) + packet.ljust((len(packet) + 3) // 4 * 4, b"\x00"))


usb(0, "in", USER.encode().ljust(64, b"\x00"), device=9)  # a keyboard's business
usb(1, "out", reports(6, b"\x01" * 8, 0xFFFFFFFF)[0])
usb(2, "in", reports(6, b"\x01" * 8 + struct.pack(">I", CHANNEL) + bytes([2, 1, 0, 0, 4]), 0xFFFFFFFF)[0])
for r in reports(0x10, GET):
    usb(10, "out", r)
usb(110, "in", reports(0x3B, b"\x02")[0])
for r in reports(0x10, GET_OK):
    usb(4010, "in", r)
write("usb.pcapng", cap)

# --- CDP, one event a line ---
OPTIONS = {"challenge": CHALLENGE_TEXT, "timeout": 60000, "rpId": "shop.example", "allowCredentials": [
    {"id": base64.urlsafe_b64encode(CRED).rstrip(b"=").decode(), "type": "public-key", "transports": ["usb"]}]}
FINISH = {"id": base64.urlsafe_b64encode(CRED).rstrip(b"=").decode(), "type": "public-key", "response": {
    "clientDataJSON": base64.urlsafe_b64encode(client_data("webauthn.get")).rstrip(b"=").decode(),
    "authenticatorData": base64.urlsafe_b64encode(AUTH_GET).rstrip(b"=").decode(), "signature": "MEUCIQ", "userHandle": "dTE"}}
cdp = []
send = lambda method, **params: cdp.append(json.dumps({"method": method, "params": params}))
send("Network.requestWillBeSent", requestId="1.1", timestamp=500.0, wallTime=float(T0), request={"url": ORIGIN + "/login/finish", "method": "POST", "headers": {"Cookie": "sid=topsecretcookie"}, "postData": json.dumps(FINISH)})
send("Network.responseReceived", requestId="1.1", timestamp=500.2, response={"status": 400, "headers": {"date": "Mon, 02 Mar 2026 09:11:12 GMT"}})
send("Network.loadingFinished", requestId="1.1", timestamp=500.25)
send("WebAuthn.credentialAsserted", authenticatorId="a", credential={"credentialId": b64(CRED), "privateKey": "MIGHAgEAMBMGByqGSM49privatekey", "userHandle": "dTE="})
send("Page.frameNavigated", frame={"url": ORIGIN})
write("cdp.jsonl", "\n".join(cdp) + "\n")

# --- WebDriver BiDi, one list ---
bidi = [
    {"type": "event", "method": "network.beforeRequestSent", "params": {"timestamp": T0 * 1000, "request": {"request": "9", "url": ORIGIN + "/webauthn/register/options", "method": "POST", "headers": [{"name": "cookie", "value": {"type": "string", "value": "topsecretcookie"}}]}}},
    {"type": "event", "method": "network.responseCompleted", "params": {"timestamp": T0 * 1000 + 90, "request": {"request": "9", "url": ORIGIN, "method": "POST", "headers": []}, "response": {"status": 503, "headers": []}}},
    {"type": "event", "method": "log.entryAdded", "params": {"timestamp": T0 * 1000 + 200, "level": "error", "text": "passkey registration of " + USER + ": NotAllowedError: The operation either timed out or was not allowed."}},
]
write("bidi.json", json.dumps(bidi, indent=1) + "\n")

# --- Playwright ---
entry = lambda url, ms, request, status, content: {"type": "resource-snapshot", "snapshot": {
    "startedDateTime": f"2026-03-02T09:11:{12 + ms // 1000:02d}.{ms % 1000:03d}Z", "time": 50, "_monotonicTime": 1000 + ms,
    "request": {"method": "POST", "url": ORIGIN + url, "headers": [], **request}, "response": {"status": status, "headers": [], "content": content}, "timings": {}}}
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
    def put(name, text):
        info = zipfile.ZipInfo(name, (2026, 3, 2, 9, 11, 12))
        info.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(info, text)
    put("trace.trace", "\n".join(json.dumps(x) for x in [
        {"type": "context-options", "version": 8, "browserName": "chromium", "wallTime": T0 * 1000, "monotonicTime": 1000},
        {"type": "before", "callId": "c1", "startTime": 1000, "class": "BrowserContext", "method": "credentialsAdd", "params": {"privateKey": "-----BEGIN PRIVATE KEY-----MIGHprivatekey"}},
        {"type": "console", "time": 9000, "messageType": "error", "text": "login with passkey failed: NotAllowedError for " + USER},
    ]) + "\n")
    put("trace.network", "\n".join(json.dumps(x) for x in [
        entry("/login/options", 0, {}, 200, {"mimeType": "application/json", "size": 1, "_sha1": "options0123.json"}),
        entry("/news", 100, {}, 200, {"mimeType": "text/html", "size": 1}),
    ]) + "\n")
    put("resources/options0123.json", json.dumps(OPTIONS))
    put("resources/picture.png", "not text " * 10)
write("trace.zip", buffer.getvalue())

# --- Apple ---
apple = lambda s, text, sub="com.apple.AuthenticationServicesCore": json.dumps({"timestamp": f"2026-03-02 10:11:{s:02d}.123456+0100", "machTimestamp": 1, "subsystem": sub, "category": "Authorization", "processID": 512, "eventMessage": text})
write("unified.ndjson", "\n".join([
    apple(10, "hanako.tanaka opened <private>", "com.apple.other"),
    apple(12, "Authorization request begins for <private>"),
    apple(40, "ASAuthorizationController credential request failed with error: Error Domain=com.apple.AuthenticationServices.AuthorizationError Code=1001 \"(null)\""),
    apple(41, "Request cancelled after ASCAuthorizationErrorUserCanceled for " + USER, "com.apple.WebKit"),
    json.dumps({"count": 4, "finished": 1}),
]) + "\n")

print("client-data get", hashlib.sha256(HASH_GET).hexdigest()[:16], "create", hashlib.sha256(HASH_CREATE).hexdigest()[:16])
print("credential", hashlib.sha256(CRED).hexdigest()[:8], "rp", hashlib.sha256(b"shop.example").hexdigest()[:16])
print("advert", hashlib.sha256(SERVICE).hexdigest()[:16], hashlib.sha256(LONG).hexdigest()[:16])
print("tunnel", hashlib.sha256(b"/cable/connect/012345/0011223344556677889900AABBCCDDEE").hexdigest()[:16])
print("lengths GET", len(GET), "MAKE", len(MAKE), "GET_OK", len(GET_OK), "MAKE_OK", len(MAKE_OK))
