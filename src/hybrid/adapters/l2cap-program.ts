/**
 * Program that carries L2CAP channels over Bluetooth LE between a kernel's sockets and a pipe, for Python 3.
 *
 * Node opens no socket of the Bluetooth family, and BlueZ offers no such channel over D-Bus. The arguments are `connect
 * ADAPTER ADDRESS TYPE PSM`, `listen ADAPTER` or `probe ADAPTER`; an adapter is the N of hciN. Both directions of the pipe
 * carry records, see `l2cap-records.ts`.
 *
 * @see Linux, net/bluetooth/l2cap_sock.c, struct sockaddr_l2; Bluetooth Core Vol 3 Part A §10.1 (LE credit based flow control)
 */
export const L2CAP_PROGRAM = String.raw`
import ctypes, errno, fcntl, os, selectors, socket, struct, sys

AF_BLUETOOTH, L2CAP, HCI = 31, 0, 1
SOL_BLUETOOTH, SNDMTU, RCVMTU = 274, 12, 13
TYPES = {"public": 1, "random": 2}
HCIGETDEVINFO = 0x800448D3
# What a peer may send at once. The kernel breaks channels off whose units are much larger.
OWN_MTU = 2048
HEADER = struct.Struct(">BHI")
libc = ctypes.CDLL(None, use_errno=True)


def say(kind, channel=0, payload=b""):
    sys.stdout.buffer.write(HEADER.pack(ord(kind), channel, len(payload)) + payload)
    sys.stdout.buffer.flush()


def named(error):
    return errno.errorcode.get(error.errno, str(error.errno)).encode()


def place(address, kind, psm):
    # Python's own sockets say no type of address, and so reach no LE device.
    return struct.pack("<HH6sHBx", AF_BLUETOOTH, psm, address, 0, TYPES[kind])


def call(name, sock, sockaddr):
    if getattr(libc, name)(sock.fileno(), sockaddr, len(sockaddr)) < 0:
        raise OSError(ctypes.get_errno(), name)


def own_address(adapter):
    info = bytearray(92)
    struct.pack_into("<H", info, 0, adapter)
    with socket.socket(AF_BLUETOOTH, socket.SOCK_RAW, HCI) as sock:
        fcntl.ioctl(sock, HCIGETDEVINFO, info)
    if not info[16] & 1:
        raise OSError(errno.ENETDOWN, "down")
    return bytes(info[10:16])


def new_socket(adapter):
    sock = socket.socket(AF_BLUETOOTH, socket.SOCK_SEQPACKET, L2CAP)
    call("bind", sock, place(own_address(adapter), "public", 0))
    sock.setsockopt(SOL_BLUETOOTH, RCVMTU, struct.pack("<H", OWN_MTU))
    return sock


class Pipe:
    def __init__(self, listener=None):
        self.selector = selectors.DefaultSelector()
        self.selector.register(0, selectors.EVENT_READ)
        self.listener = listener
        self.channels = {}
        self.rest = b""
        self.last = 0
        if listener is not None:
            self.selector.register(listener, selectors.EVENT_READ, 0)

    def add(self, sock):
        self.last += 1
        self.channels[self.last] = sock
        mtu = struct.unpack("<H", sock.getsockopt(SOL_BLUETOOTH, SNDMTU, 2))[0]
        self.selector.register(sock, selectors.EVENT_READ, self.last)
        say("o", self.last, struct.pack(">H", mtu))

    def accept(self):
        try:
            self.add(self.listener.accept()[0])
        except OSError:
            # The caller is gone again.
            pass

    def drop(self, channel, why=b""):
        sock = self.channels.pop(channel, None)
        if sock is not None:
            self.selector.unregister(sock)
            sock.close()
            say("c", channel, why)

    def take(self, channel):
        try:
            sdu = self.channels[channel].recv(1 << 16)
        except OSError as error:
            return self.drop(channel, named(error))
        say("d", channel, sdu) if sdu else self.drop(channel)

    def obey(self):
        text = os.read(0, 1 << 16)
        if not text:
            sys.exit(0)
        self.rest += text
        while len(self.rest) >= HEADER.size:
            kind, channel, length = HEADER.unpack_from(self.rest)
            end = HEADER.size + length
            if len(self.rest) < end:
                return
            payload, self.rest = self.rest[HEADER.size:end], self.rest[end:]
            if kind == ord("x") and self.listener is not None:
                self.selector.unregister(self.listener)
                self.listener.close()
                self.listener = None
            elif kind == ord("c"):
                self.drop(channel)
            elif kind == ord("d") and channel in self.channels:
                self.send(channel, payload)

    def send(self, channel, payload):
        try:
            self.channels[channel].sendall(payload)
        except OSError as error:
            self.drop(channel, named(error))

    def run(self):
        while self.listener is not None or self.channels:
            for key, _ in self.selector.select():
                if key.data is None:
                    self.obey()
                elif key.data == 0:
                    self.listener and self.accept()
                elif key.data in self.channels:
                    self.take(key.data)


def main(task, adapter, *where):
    sock = new_socket(int(adapter))
    if task == "listen":
        sock.listen(8)
        own, length = ctypes.create_string_buffer(14), ctypes.c_uint(14)
        libc.getsockname(sock.fileno(), own, ctypes.byref(length))
        say("l", 0, struct.pack(">H", struct.unpack_from("<H", own.raw, 2)[0]))
        Pipe(sock).run()
    if task == "connect":
        address, kind, psm = where
        call("connect", sock, place(bytes.fromhex(address.replace(":", ""))[::-1], kind, int(psm)))
        pipe = Pipe()
        pipe.add(sock)
        pipe.run()


try:
    main(*sys.argv[1:])
except OSError as error:
    say("e", 0, named(error))
    sys.exit(1)
`;
