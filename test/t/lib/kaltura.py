"""Kaltura's sessions as its own clients make and its server reads them, to hold
authz against. Reads orders from standard input, a JSON object a line, and
answers each with one:

    {"do": "v1" | "v2", "secret": …, "partner": …, "user": …, "type": …, "expiry": …, "privileges": …}
    {"do": "read", "secret": …, "ks": …}
"""

import base64
import hashlib
import json
import os
import sys
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def cipher(secret):
    key = hashlib.sha1(secret.encode()).digest()[:16]
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16)))


def make_v1(order):
    info = ";".join(str(part) for part in (
        order["partner"], order["partner"], order["expiry"], order["type"],
        int.from_bytes(os.urandom(2), "big"), order["user"], order["privileges"]))
    signature = hashlib.sha1((order["secret"] + info).encode()).hexdigest()
    return base64.b64encode((signature + "|" + info).encode()).decode()


def make_v2(order):
    fields = {}
    for privilege in order["privileges"].split(","):
        privilege = privilege.strip()
        if privilege == "*":
            privilege = "all:*"
        if privilege:
            key, _, value = privilege.partition(":")
            fields[key] = value
    fields["_e"] = order["expiry"]
    fields["_t"] = order["type"]
    fields["_u"] = order["user"]
    body = os.urandom(16) + urlencode(fields).encode()
    message = hashlib.sha1(body).digest() + body
    message += bytes(-len(message) % 16)
    encryptor = cipher(order["secret"]).encryptor()
    encrypted = encryptor.update(message) + encryptor.finalize()
    raw = b"v2|" + str(order["partner"]).encode() + b"|" + encrypted
    return base64.b64encode(raw).decode().replace("+", "-").replace("/", "_")


def read(order):
    raw = base64.b64decode(order["ks"].replace("-", "+").replace("_", "/"), validate=True)
    version, partner, encrypted = raw.split(b"|", 2)
    if version != b"v2":
        return {"wrong": "version"}
    decryptor = cipher(order["secret"]).decryptor()
    message = (decryptor.update(encrypted) + decryptor.finalize()).rstrip(b"\0")
    if hashlib.sha1(message[20:]).digest() != message[:20]:
        return {"wrong": "signature"}
    fields = dict(parse_qsl(message[36:].decode(), keep_blank_values=True, strict_parsing=True))
    answer = {"partner": int(partner), "expiry": int(fields.pop("_e")),
              "type": int(fields.pop("_t")), "user": fields.pop("_u"),
              "additional": fields.pop("_d", ""), "id": message[:20].hex()}
    privileges = ",".join(key + (":" + value if value else "") for key, value in fields.items())
    answer["privileges"] = "*" if privileges == "all:*" else privileges
    return answer


def obey(order):
    if order["do"] == "v1":
        return {"ks": make_v1(order)}
    if order["do"] == "v2":
        return {"ks": make_v2(order)}
    return read(order)


for line in sys.stdin:
    print(json.dumps(obey(json.loads(line))), flush=True)
