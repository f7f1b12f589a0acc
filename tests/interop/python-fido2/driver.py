"""Lets a test drive python-fido2, unmodified, over a stream socket that carries 64-byte CTAPHID reports.

One line in: an operation and its arguments, `make rp=example.com user=00ff pin=1234`.
One line out: a JSON object with at least `op`, `code` (0, or what the client library calls it) and `error`.
"""

import json
import socket
import sys
from threading import Event, Timer

from fido2.client import ClientError, Fido2Client, U2fClient
from fido2.cose import CoseKey
from fido2.ctap import CtapError
from fido2.ctap1 import ApduError, Ctap1, RegistrationData, SignatureData
from fido2.ctap2 import ClientPin, Config, Ctap2
from fido2.ctap2.bio import CaptureError, FPBioEnrollment
from fido2.ctap2.blob import LargeBlobs
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.extensions import CredProtectExtension
from fido2.ctap2.pin import PinProtocolV1, PinProtocolV2
from fido2.attestation import Attestation, InvalidSignature, UnsupportedType
from fido2.hid import CTAPHID, CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor
from fido2.server import Fido2Server
from fido2.utils import sha256, websafe_decode, websafe_encode

REPORT_BYTES = 64
RP = {"id": "example.com", "name": "Example"}
ORIGIN = "https://example.com"


class SocketConnection(CtapHidConnection):
    """A connection object as python-fido2 wants one, on a stream socket."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)

    def write_packet(self, data):
        self._socket.sendall(bytes(data))

    def read_packet(self):
        packet = b""
        while len(packet) < REPORT_BYTES:
            chunk = self._socket.recv(REPORT_BYTES - len(packet))
            if not chunk:
                raise OSError("the key is gone")
            packet += chunk
        return packet

    def close(self):
        self._socket.close()


class Driver:
    """One client and what it remembers: the server's side of a ceremony is python-fido2's too."""

    def __init__(self, path):
        self.path = path
        self.device = None
        self.server = Fido2Server(RP, attestation="direct", verify_attestation=self.verify_attestation)
        self.credentials = []
        self.attestation = None

    def verify_attestation(self, attestation_object, client_data_hash):
        """Judges the statement itself; whom to trust is the test's business."""
        attestation = Attestation.for_type(attestation_object.fmt)()
        try:
            attestation.verify(
                attestation_object.att_statement, attestation_object.auth_data, client_data_hash
            )
            self.attestation = "verified"
        except (InvalidSignature, UnsupportedType) as error:
            self.attestation = type(error).__name__

    # Small helpers

    @property
    def ctap2(self):
        return Ctap2(self.device)

    def client_pin(self, args):
        protocols = {"1": PinProtocolV1, "2": PinProtocolV2}
        protocol = protocols[args["protocol"]]() if "protocol" in args else None
        return ClientPin(self.ctap2, protocol)

    def token(self, args, permission):
        """A token for one purpose, by PIN when one is given and by built-in verification when not."""
        client_pin = self.client_pin(args)
        if "pin" in args:
            token = client_pin.get_pin_token(args["pin"], permission)
        else:
            token = client_pin.get_uv_token(permission)
        return client_pin.protocol, token

    def keepalives(self):
        seen = []
        return seen, lambda status: seen.append(int(status))

    def waiting(self, args):
        """Keyword arguments for a ceremony that may be cancelled after `cancel` milliseconds."""
        event = Event()
        if "cancel" in args:
            timer = Timer(int(args["cancel"]) / 1000, event.set)
            timer.daemon = True
            timer.start()
        return event

    # Operations: a dictionary of arguments in, a dictionary out

    def open(self, _args):
        if self.device:
            self.device.close()
        descriptor = HidDescriptor(self.path, 0, 0, REPORT_BYTES, REPORT_BYTES)
        self.device = CtapHidDevice(descriptor, SocketConnection(self.path))
        return {
            "version": self.device.version,
            "deviceVersion": list(self.device.device_version),
            "capabilities": self.device.capabilities,
        }

    def ping(self, args):
        return {"echo": self.device.ping(bytes.fromhex(args["data"])).hex()}

    def wink(self, _args):
        self.device.wink()

    def lock(self, args):
        self.device.lock(int(args["seconds"]))

    def info(self, _args):
        info = self.ctap2.get_info()
        return {
            "versions": info.versions,
            "extensions": info.extensions,
            "aaguid": info.aaguid.hex(),
            "options": info.options,
            "maxMsgSize": info.max_msg_size,
            "pinUvProtocols": info.pin_uv_protocols,
            "transports": info.transports,
            "minPinLength": info.min_pin_length,
            "forcePinChange": info.force_pin_change,
            "maxLargeBlob": info.max_large_blob,
            "algorithms": [entry["alg"] for entry in info.algorithms or []],
            "remaining": info.remaining_disc_creds,
        }

    def selection(self, args):
        seen, on_keepalive = self.keepalives()
        self.ctap2.selection(self.waiting(args), on_keepalive)
        return {"keepalives": seen}

    def reset(self, args):
        self.ctap2.reset(self.waiting(args))

    def set_pin(self, args):
        client_pin = self.client_pin(args)
        if "old" in args:
            client_pin.change_pin(args["old"], args["pin"])
        else:
            client_pin.set_pin(args["pin"])
        return {"protocol": client_pin.protocol.VERSION}

    def retries(self, args):
        retries, power_cycle = self.client_pin(args).get_pin_retries()
        return {"retries": retries, "powerCycle": power_cycle}

    def uv_retries(self, args):
        return {"retries": self.client_pin(args).get_uv_retries()[0]}

    def pin_token(self, args):
        permission = int(args["permissions"]) if "permissions" in args else None
        return {"bytes": len(self.client_pin(args).get_pin_token(args["pin"], permission, args.get("rp")))}

    def uv_token(self, args):
        return {"bytes": len(self.client_pin(args).get_uv_token(int(args["permissions"]), args.get("rp")))}

    def register(self, args):
        """A whole registration: server, client and key."""
        seen, on_keepalive = self.keepalives()
        uv = args.get("uv", "preferred")
        options, state = self.server.register_begin(
            {"id": bytes.fromhex(args["user"]), "name": args["name"], "displayName": args["name"]},
            self.credentials if args.get("exclude") else None,
            resident_key=args.get("rk") == "true",
            user_verification=uv,
        )
        options = options["publicKey"]
        if "alg" in args:
            options["pubKeyCredParams"] = [{"type": "public-key", "alg": int(args["alg"])}]
        options["extensions"] = json.loads(args.get("extensions", "{}"))
        if "credBlob" in options["extensions"]:
            options["extensions"]["credBlob"] = bytes.fromhex(options["extensions"]["credBlob"])
        if "credentialProtectionPolicy" in options["extensions"]:
            policy = CredProtectExtension.POLICY(options["extensions"]["credentialProtectionPolicy"])
            options["extensions"]["credentialProtectionPolicy"] = policy
        if "timeout" in args:
            options["timeout"] = int(args["timeout"])
        kwargs = {"pin": args["pin"]} if "pin" in args else {}
        result = Fido2Client(self.device, ORIGIN).make_credential(
            options, event=self.waiting(args), on_keepalive=on_keepalive, **kwargs
        )
        self.attestation = None
        auth_data = self.server.register_complete(state, result.client_data, result.attestation_object)
        self.credentials.append(auth_data.credential_data)
        return {
            "id": auth_data.credential_data.credential_id.hex(),
            "aaguid": auth_data.credential_data.aaguid.hex(),
            "alg": auth_data.credential_data.public_key.ALGORITHM,
            "flags": int(auth_data.flags),
            "counter": auth_data.counter,
            "fmt": result.attestation_object.fmt,
            "attestation": self.attestation,
            "authenticatorExtensions": printable(auth_data.extensions),
            "clientExtensions": printable(result.extension_results),
            "largeBlobKey": printable(result.attestation_object.large_blob_key),
            "keepalives": seen,
        }

    def login(self, args):
        """A whole sign-in; every account the key offers is judged by the server."""
        options, state = self.server.authenticate_begin(
            None if args.get("list") == "none" else self.credentials, args.get("uv", "preferred")
        )
        options = options["publicKey"]
        extensions = json.loads(args.get("extensions", "{}"))
        if "hmacGetSecret" in extensions:
            extensions["hmacGetSecret"] = {
                name: bytes.fromhex(value) for name, value in extensions["hmacGetSecret"].items()
            }
        options["extensions"] = extensions
        if "timeout" in args:
            options["timeout"] = int(args["timeout"])
        kwargs = {"pin": args["pin"]} if "pin" in args else {}
        selection = Fido2Client(self.device, ORIGIN).get_assertion(
            options, event=self.waiting(args), **kwargs
        )
        accounts = []
        for index, assertion in enumerate(selection.get_assertions()):
            response = selection.get_response(index)
            self.server.authenticate_complete(
                state,
                self.credentials,
                response.credential_id,
                response.client_data,
                response.authenticator_data,
                response.signature,
            )
            accounts.append(
                {
                    "id": response.credential_id.hex(),
                    "user": printable(response.user_handle),
                    "name": (assertion.user or {}).get("name"),
                    "flags": int(response.authenticator_data.flags),
                    "counter": response.authenticator_data.counter,
                    "authenticatorExtensions": printable(response.authenticator_data.extensions),
                    "clientExtensions": printable(response.extension_results),
                    "largeBlobKey": printable(assertion.large_blob_key),
                }
            )
        return {"accounts": printable(accounts)}

    def forget(self, _args):
        """The server loses its list, as for another site's visitor."""
        self.credentials = []

    def silent(self, args):
        """getAssertion without a touch, as clients look for what is on a key."""
        answer = self.ctap2.get_assertion(
            RP["id"],
            b"\0" * 32,
            [{"type": "public-key", "id": bytes.fromhex(args["id"])}],
            options={"up": False},
        )
        return {"flags": int(answer.auth_data.flags)}

    def management(self, args):
        return CredentialManagement(
            self.ctap2, *self.token(args, ClientPin.PERMISSION.CREDENTIAL_MGMT)
        )

    def metadata(self, args):
        answer = self.management(args).get_metadata()
        return {"existing": answer[1], "remaining": answer[2]}

    def sites(self, args):
        return {"sites": printable([entry[3] for entry in self.management(args).enumerate_rps()])}

    def accounts(self, args):
        entries = self.management(args).enumerate_creds(sha256(args["rp"].encode()))
        return {
            "accounts": [
                printable(
                    {
                        "user": entry[6],
                        "id": entry[7]["id"],
                        "key": CoseKey.parse(entry[8]).ALGORITHM,
                        "protect": entry.get(10),
                        "largeBlobKey": entry.get(11),
                    }
                )
                for entry in entries
            ]
        }

    def delete(self, args):
        self.management(args).delete_cred({"type": "public-key", "id": bytes.fromhex(args["id"])})

    def update(self, args):
        self.management(args).update_user_info(
            {"type": "public-key", "id": bytes.fromhex(args["id"])},
            {"id": bytes.fromhex(args["user"]), "name": args["name"], "displayName": args["name"]},
        )

    def blobs(self, args):
        return LargeBlobs(self.ctap2, *self.token(args, ClientPin.PERMISSION.LARGE_BLOB_WRITE))

    def blob_put(self, args):
        self.blobs(args).put_blob(bytes.fromhex(args["key"]), bytes.fromhex(args["data"]))

    def blob_get(self, args):
        return {"data": printable(LargeBlobs(self.ctap2).get_blob(bytes.fromhex(args["key"])))}

    def blob_delete(self, args):
        self.blobs(args).delete_blob(bytes.fromhex(args["key"]))

    def blob_array(self, _args):
        return {"entries": len(LargeBlobs(self.ctap2).read_blob_array())}

    def config(self, args):
        return Config(self.ctap2, *self.token(args, ClientPin.PERMISSION.AUTHENTICATOR_CFG))

    def always_uv(self, args):
        self.config(args).toggle_always_uv()

    def enterprise(self, args):
        # This version has the number of the subcommand, but no method for it.
        self.config(args)._call(Config.CMD.ENABLE_ENTERPRISE_ATT)

    def min_pin(self, args):
        self.config(args).set_min_pin_length(
            int(args["length"]) if "length" in args else None,
            args["sites"].split(",") if "sites" in args else None,
            True if args.get("force") == "true" else None,
        )

    def fingerprints(self, args):
        return FPBioEnrollment(self.ctap2, *self.token(args, ClientPin.PERMISSION.BIO_ENROLL))

    def bio_info(self, _args):
        answer = FPBioEnrollment(self.ctap2, None, None).get_fingerprint_sensor_info()
        return {"kind": answer[2], "maxSamples": answer[3]}

    def bio_enroll(self, args):
        enrollment = self.fingerprints(args).enroll(int(args.get("timeout", "5000")))
        feedback, samples, template = [], 0, None
        while template is None:
            samples += 1
            try:
                template = enrollment.capture()
            except CaptureError as error:
                feedback.append(error.code.name)
            if samples == int(args.get("stop", "100")):
                enrollment.cancel()
                break
        return {"samples": samples, "feedback": feedback, "template": printable(template)}

    def bio_list(self, args):
        found = self.fingerprints(args).enumerate_enrollments()
        return {"templates": [{"id": key.hex(), "name": name} for key, name in found.items()]}

    def bio_name(self, args):
        self.fingerprints(args).set_name(bytes.fromhex(args["id"]), args["name"])

    def bio_remove(self, args):
        self.fingerprints(args).remove_enrollment(bytes.fromhex(args["id"]))

    def u2f_version(self, _args):
        return {"version": Ctap1(self.device).get_version()}

    def u2f_register(self, args):
        """With python-fido2's U2F client: the site and the check of the signature are here."""
        seen, on_keepalive = self.keepalives()
        registered = [{"version": "U2F_V2", "keyHandle": args["handle"]}] if "handle" in args else []
        answer = U2fClient(self.device, ORIGIN).register(
            ORIGIN,
            [{"version": "U2F_V2", "challenge": websafe_encode(b"\1" * 32)}],
            registered,
            event=self.waiting(args),
            on_keepalive=on_keepalive,
        )
        data = RegistrationData(websafe_decode(answer["registrationData"]))
        data.verify(sha256(ORIGIN.encode()), sha256(websafe_decode(answer["clientData"])))
        return {
            "handle": websafe_encode(data.key_handle),
            "publicKey": data.public_key.hex(),
            "touchAsked": bool(seen),
        }

    def u2f_sign(self, args):
        answer = U2fClient(self.device, ORIGIN).sign(
            ORIGIN,
            websafe_encode(b"\2" * 32),
            [{"version": "U2F_V2", "keyHandle": args["handle"]}],
            event=self.waiting(args),
        )
        data = SignatureData(websafe_decode(answer["signatureData"]))
        data.verify(
            sha256(ORIGIN.encode()),
            sha256(websafe_decode(answer["clientData"])),
            bytes.fromhex(args["publicKey"]),
        )
        return {"presence": data.user_presence, "counter": data.counter}

    def u2f_check(self, args):
        """Check-only: says by an error whether the key handle is the key's own."""
        Ctap1(self.device).authenticate(
            b"\0" * 32, sha256(args["app"].encode()), websafe_decode(args["handle"]), True
        )

    def raw(self, args):
        """Bytes that no method of the library sends."""
        answer = self.device.call(CTAPHID(int(args["command"])), bytes.fromhex(args["data"]))
        return {"answer": answer.hex()}


def printable(value):
    """JSON of what the library gives, with bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(item) for item in value]
    return value


def outcome(error):
    """The library's own number and words."""
    if isinstance(error, CtapError):
        return int(error.code), str(error)
    if isinstance(error, ApduError):
        return error.code, repr(error)
    if isinstance(error, ClientError):
        cause = error.cause
        code = int(cause.code) if isinstance(cause, (CtapError, ApduError)) else -int(error.code)
        return code, repr(error)
    return -1000, "%s: %s" % (type(error).__name__, error)


def main():
    driver = Driver(sys.argv[1])
    for line in sys.stdin:
        op, *words = line.split()
        args = dict(word.split("=", 1) for word in words)
        try:
            result = getattr(driver, op.replace("-", "_"))(args) or {}
            code, text = 0, "ok"
        except Exception as error:  # Whatever the library throws is what the test wants to see.
            result = {}
            code, text = outcome(error)
        print(json.dumps({**printable(result), "op": op, "code": code, "error": text}), flush=True)


if __name__ == "__main__":
    main()
