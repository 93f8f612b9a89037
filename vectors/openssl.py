#!/usr/bin/env python3
"""Test vectors of the grey-lock purse, made by OpenSSL and not by this project's own code.

    python3 vectors/openssl.py            writes greylock.json and more.json beside this file
    python3 vectors/openssl.py --check    compares the files with what it would write; 1 on a difference

Written from the protocol reference alone (section 4), with Python's standard library and the `openssl`
command. All cryptography is OpenSSL's. Suite 00 is two-key triple DES in ECB and in CBC; single DES with
the key K is triple DES with K || K, so that no legacy provider is needed. Suites 10 and 20 are AES-128
and SM4 in ECB, and OpenSSL's CMAC; an entry of theirs names its suite.

greylock.json is an array in the shape that `greylock vectors` takes and gives: purse ED, one dispersing
level, `ctc` is n. more.json holds what that command does not show, by topic.
"""

import hashlib
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


# The cipher.


def openssl(mode, key, data, decrypt=False):
    """Whole blocks under a 16-byte key. In CBC the first chaining value is zero."""
    command = ["openssl", "enc", mode, "-nopad", "-K", key.hex()]
    command += ["-iv", "00" * 8] if mode.endswith("cbc") else []
    command += ["-d"] if decrypt else []
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode != 0 or len(done.stdout) != len(data):
        raise SystemExit(f"{' '.join(command[:4])}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def des3(key, blocks, decrypt=False):
    """3DES of every block by itself."""
    return openssl("-des-ede", key, blocks, decrypt)


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def padded(message):
    """80, then 00 to a multiple of eight."""
    message += b"\x80"
    return message + bytes(-len(message) % 8)


def mac8(key, message):
    """DES-CBC under an 8-byte key, the whole last block."""
    return openssl("-des-ede-cbc", key + key, padded(message))[-8:]


def mac(key, message):
    return mac8(key, message)[:4]


def retail_mac(key, challenge, message):
    """ISO 9797-1 algorithm 3 under a 16-byte key, challenge || 00000000 xored into the first block."""
    left, right = key[:8], key[8:]
    blocks = padded(message)
    blocks = xor(blocks[:8], challenge + bytes(4)) + blocks[8:]
    last = openssl("-des-ede-cbc", left + left, blocks)[-8:]
    return des3(left + left, des3(right + right, last, decrypt=True))[:4]


# Keys.


def diversify(key, data):
    return des3(key, data + xor(data, b"\xff" * 8))


def card_key(main, asn, further=()):
    """The further inputs stand innermost first: the last one is applied first, the ASN last of all."""
    for data in reversed(further):
        main = diversify(main, data)
    return diversify(main, asn)


def folded(key):
    return xor(key[:8], key[8:])


# Suites.


class TripleDes:
    """Suite 00."""

    name = None
    card_key = staticmethod(card_key)
    folded = staticmethod(folded)
    mac = staticmethod(mac)
    secure = staticmethod(retail_mac)
    eight = staticmethod(des3)
    diversify = staticmethod(diversify)

    @staticmethod
    def check_value(key):
        return des3(key, bytes(8))[:3]

    @staticmethod
    def offline(key, icc, ctc, ttc, _trn, _tid):
        return des3(key, icc + ctc + ttc[2:4])

    @staticmethod
    def online(_label, key, icc, otc, _tid):
        return des3(key, icc + otc + b"\x80\x00")


class Wide:
    """Suites 10 and 20: blocks of 16 bytes and CMAC."""

    def __init__(self, name, cipher):
        self.name, self.cipher = name, cipher

    def diversify(self, key, data):
        return openssl(f"-{self.cipher}-ecb", key, data + xor(data, b"\xff" * 8))

    def card_key(self, main, asn, further=()):
        for data in reversed(further):
            main = self.diversify(main, data)
        return self.diversify(main, asn)

    def cmac(self, key, message):
        command = ["openssl", "mac", "-cipher", f"{self.cipher}-cbc", "-macopt", f"hexkey:{key.hex()}", "-binary", "CMAC"]
        done = subprocess.run(command, input=message, capture_output=True, check=False)
        if done.returncode != 0 or len(done.stdout) != 16:
            raise SystemExit(f"openssl mac: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    @staticmethod
    def folded(key):
        return key

    def mac(self, key, message):
        return self.cmac(key, message)[:4]

    def secure(self, key, challenge, message):
        return self.mac(key, challenge + bytes(4) + message)

    def eight(self, key, block):
        """Ten Feistel rounds over CMAC, where suite 00 has a block of its cipher."""
        left, right = block[:4], block[4:]
        for index in range(10):
            left, right = right, xor(left, self.mac(key, b"BLOCK\x00" + bytes([index]) + right))
        return left + right

    def check_value(self, key):
        return openssl(f"-{self.cipher}-ecb", key, b"\x01" * 16)[:3]

    def offline(self, key, icc, ctc, ttc, trn, tid):
        return self.cmac(key, b"SESPK\x00" + icc + ctc + ttc + trn + tid)

    def online(self, label, key, icc, otc, tid):
        return self.cmac(key, label + b"\x00" + icc + otc + tid)


SUITES = [TripleDes, Wide("10", "aes-128"), Wide("20", "sm4")]


def drawn(suite, name):
    """Suite 00 had its names before there were others."""
    return Draw(name if suite.name is None else f"suite {suite.name} {name}")


def of_suite(suite, given):
    return given if suite.name is None else {"suite": suite.name, **given}


# One lock and its debit.


def number(value, size):
    return value.to_bytes(size, "big")


def codes_of_lock(given, purse=1, further=(), suite=TripleDes):
    """Every key and code of a lock and of the debit that ends it."""
    raw = {name: bytes.fromhex(given[name])
           for name in ("asn", "icc", "trn", "tid", "date", "time", "end_date", "end_time", "mpk", "mtk")}
    ctc, ttc = number(given["ctc"], 2), number(given["ttc"], 4)
    balance, amount = number(given["balance"], 4), number(given["amount"], 4)
    lock_tag, debit_tag, mark = bytes([0x90 + purse]), bytes([0x92 + purse]), bytes([0xA0 + purse])
    field = given["scheme"] == "field"

    mac = suite.mac
    dpk = suite.card_key(raw["mpk"], raw["asn"], further)
    dtk = suite.card_key(raw["mtk"], raw["asn"])
    tac_key = suite.folded(dtk)
    sespk = suite.offline(dpk, raw["icc"], ctc, ttc, raw["trn"], raw["tid"])
    if field:
        sespk = mac8(sespk, raw["trn"])

    when = raw["date"] + raw["time"]
    end = raw["end_date"] + raw["end_time"]
    of_lock = lock_tag + raw["tid"] + (b"" if field else ttc) + when
    of_debit = amount + debit_tag + raw["tid"] + ttc + end
    grey = mark + ctc + balance + raw["tid"] + ttc + when
    made = {
        "dpk": dpk,
        "dtk": dtk,
        "sespk": sespk,
        "mac1": mac(sespk, of_lock),
        "mac2": mac(sespk, balance + of_lock),
        "gtac": mac(sespk, grey + mac(tac_key, grey + raw["icc"])),
        "gmac": mac(sespk, amount if field else of_debit),
        "tac": mac(tac_key, of_debit),
    }
    return {name: value.hex() for name, value in made.items()}


# Inputs: chosen ones first, then random ones that are the same on every machine.


class Draw:
    """Bytes and numbers that depend on the name alone."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def bytes(self, size):
        self.count += 1
        return hashlib.shake_256(f"greylock/{self.name}/{self.count}".encode()).digest(size)

    def hex(self, size):
        return self.bytes(size).hex()

    def number(self, least, most):
        return least + int.from_bytes(self.bytes(8), "big") % (most - least + 1)

    def date(self):
        return f"{self.number(0, 9999):04}{self.number(1, 12):02}{self.number(1, 31):02}"

    def time(self):
        return f"{self.number(0, 23):02}{self.number(0, 59):02}{self.number(0, 59):02}"

    def asn(self):
        return "".join(str(self.number(0, 9)) for _ in range(16))

    def trn(self):
        first, *rest = self.bytes(4)
        return bytes([first | 0x80, *rest]).hex()


PLAIN = {
    "asn": "6280100000000017",
    "icc": "1a2b3c4d",
    "ctc": 41,
    "ttc": 0x00010002,
    "trn": "9e8d7c6b",
    "tid": "112233445566",
    "balance": 150000,
    "date": "20261018",
    "time": "142501",
    "amount": 8765,
    "end_date": "20261018",
    "end_time": "142939",
    "scheme": "seed",
    "mpk": "00112233445566778899aabbccddeeff",
    "mtk": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
}

# What each chosen entry changes in the plain one; each is made in both schemes.
CHOSEN = [
    {},
    {"ctc": 0},
    {"ctc": 65533},
    {"ttc": 0xFFFF0001},
    {"ttc": 0x00020002},
    {"ttc": 0, "icc": "00000000"},
    {"amount": 0},
    {"balance": 0x7FFFFFFF, "amount": 0x7FFFFFFF},
    {"balance": 0, "amount": 0},
    {"balance": 100, "amount": 101},
    {"date": "99991231", "time": "235959", "end_date": "00000101", "end_time": "000000"},
    {"date": "20240229", "time": "235959", "end_date": "20240301", "end_time": "000001"},
    {"date": "20260231", "time": "000000", "end_date": "20260431", "end_time": "190930"},
    {"trn": "80000000", "tid": "000000000000"},
    {"trn": "ffffffff", "tid": "ffffffffffff", "icc": "ffffffff", "ttc": 0xFFFFFFFF},
    {"asn": "0000000000000000"},
    {"mtk": PLAIN["mpk"]},
]
RANDOM = 16


def random_lock(draw):
    return {
        "asn": draw.asn(),
        "icc": draw.hex(4),
        "ctc": draw.number(0, 65533),
        "ttc": draw.number(0, 0xFFFFFFFF),
        "trn": draw.trn(),
        "tid": draw.hex(6),
        "balance": draw.number(0, 0x7FFFFFFF),
        "date": draw.date(),
        "time": draw.time(),
        "amount": draw.number(0, 0x7FFFFFFF),
        "end_date": draw.date(),
        "end_time": draw.time(),
        "scheme": ("seed", "field")[draw.number(0, 1)],
        "mpk": draw.hex(16),
        "mtk": draw.hex(16),
    }


def greylock():
    chosen = [{**PLAIN, **change, "scheme": scheme} for change in CHOSEN for scheme in ("seed", "field")]
    drawn = [random_lock(Draw(f"lock {index}")) for index in range(RANDOM)]
    return [{**given, **codes_of_lock(given)} for given in chosen + drawn]


# What `greylock vectors` does not show.


def locks_with_more():
    """Locks of both purses and of keys that are dispersed by more than the ASN."""
    entries = []
    for purse, levels in [(2, 0), (1, 1), (2, 2), (1, 3)]:
        for scheme in ("seed", "field"):
            draw = Draw(f"more {purse} {levels} {scheme}")
            given = {**random_lock(draw), "scheme": scheme}
            further = [draw.bytes(8) for _ in range(levels)]
            made = codes_of_lock(given, purse, further)
            entries.append({"purse": purse, "dispersing": [data.hex() for data in further], **given, **made})
    for suite in SUITES[1:]:
        entries += [more_of_suite(suite, purse, levels) for purse in (1, 2) for levels in range(4)]
    return entries


def more_of_suite(suite, purse, levels):
    draw = drawn(suite, f"more {purse} {levels}")
    given = {**random_lock(draw), "scheme": "seed"}
    further = [draw.bytes(8) for _ in range(levels)]
    made = codes_of_lock(given, purse, further, suite)
    named = {"purse": purse, "dispersing": [data.hex() for data in further]}
    return of_suite(suite, {**named, **given, **made})


def dispersing():
    entries = []
    for suite, levels in [(suite, levels) for suite in SUITES for levels in range(4)]:
        draw = drawn(suite, f"dispersing {levels}")
        main, asn = draw.bytes(16), draw.asn()
        further = [draw.bytes(8) for _ in range(levels)]
        key = suite.card_key(main, bytes.fromhex(asn), further)
        entries.append(of_suite(suite, {
            "main": main.hex(),
            "asn": asn,
            "dispersing": [data.hex() for data in further],
            "key": key.hex(),
            "folded": suite.folded(key).hex(),
            "check_value": suite.check_value(key).hex(),
        }))
    return entries


def sam_tac():
    entries = []
    schemes = [(suite, scheme) for suite in SUITES for scheme in ("seed", "field") if scheme == "seed" or suite.name is None]
    for purse in (1, 2):
        for suite, scheme in schemes:
            draw = drawn(suite, f"sam tac {purse} {scheme}")
            lock = random_lock(draw)
            given = {name: lock[name] for name in ("asn", "ctc", "amount", "tid", "ttc", "end_date", "end_time")}
            given = {"msk": draw.hex(16), "purse": purse, **given, "scheme": scheme}
            dsk = suite.diversify(bytes.fromhex(given["msk"]), bytes.fromhex(given["tid"]) + bytes(2))
            end = bytes(7) if scheme == "field" else bytes.fromhex(given["end_date"] + given["end_time"])
            message = bytes([0x92 + purse]) + bytes.fromhex(given["asn"]) + number(given["ctc"], 2)
            message += number(given["amount"], 4) + bytes.fromhex(given["tid"]) + number(given["ttc"], 4) + end
            code = suite.mac(suite.folded(dsk), message)
            entries.append(of_suite(suite, {**given, "dsk": dsk.hex(), "sam_tac": code.hex()}))
    return entries


def online_unlock():
    """`ctc` is n + 1, as the purse stands."""
    entries = []
    for suite, index in [(suite, index) for suite in SUITES for index in range(6)]:
        draw = drawn(suite, f"unlock {index}")
        mac, folded, card_key = suite.mac, suite.folded, suite.card_key
        balance = (0x7FFFFFFF, 0)[index] if index < 2 else draw.number(0, 0x7FFFFFFF)
        amount = (0, 0)[index] if index < 2 else draw.number(0, balance)
        given = {
            "mulk": draw.hex(16),
            "mtk": draw.hex(16),
            "asn": draw.asn(),
            "purse": 1 + index % 2,
            "icc": draw.hex(4),
            "otc": (0, 65534)[index] if index < 2 else draw.number(0, 65534),
            "balance": balance,
            "ctc": draw.number(1, 65534),
            "amount": amount,
            "tid": draw.hex(6),
            "date": draw.date(),
            "time": draw.time(),
        }
        asn, icc, tid = (bytes.fromhex(given[name]) for name in ("asn", "icc", "tid"))
        dulk = card_key(bytes.fromhex(given["mulk"]), asn)
        tac_key = folded(card_key(bytes.fromhex(given["mtk"]), asn))
        otc = number(given["otc"], 2)
        sesulk = suite.online(b"SESULK", dulk, icc, otc, tid)
        tag = bytes([0x94 + given["purse"]])
        decision = number(amount, 4) + tag + tid + bytes.fromhex(given["date"] + given["time"])
        made = {
            "dulk": dulk,
            "sesulk": sesulk,
            "mac1": mac(sesulk, number(balance, 4) + number(given["ctc"], 2) + tag + tid),
            "mac2": mac(sesulk, decision),
            "mac3": mac(tac_key, number(balance - amount, 4) + otc + decision),
        }
        entries.append(hexed(given, made, suite))
    return entries


def money(draw, index, keys):
    """What the transactions of protocol §7 share; the edges first."""
    return {
        **{name: draw.hex(16) for name in (*keys, "mtk")},
        "asn": draw.asn(),
        "purse": 1 + index % 2,
        "icc": draw.hex(4),
        "amount": (0x7FFFFFFF, 0)[index] if index < 2 else draw.number(0, 0x7FFFFFFF),
        "tid": draw.hex(6),
        "date": draw.date(),
        "time": draw.time(),
    }


def raw(given, *names):
    return (bytes.fromhex(given[name]) for name in names)


def hexed(given, made, suite=TripleDes):
    return {**of_suite(suite, given), **{name: value.hex() for name, value in made.items()}}


def purchase():
    entries = []
    for suite, index in [(suite, index) for suite in SUITES for index in range(6)]:
        draw = drawn(suite, f"purchase {index}")
        mac, folded, card_key = suite.mac, suite.folded, suite.card_key
        given = money(draw, index, ["mpk"])
        given |= {"ctc": (0, 65533)[index] if index < 2 else draw.number(0, 65533)}
        given |= {"ttc": (0xFFFF0001, 0)[index] if index < 2 else draw.number(0, 0xFFFFFFFF)}
        mpk, mtk, asn, icc, tid, date, time = raw(given, "mpk", "mtk", "asn", "icc", "tid", "date", "time")
        ttc, amount = number(given["ttc"], 4), number(given["amount"], 4)
        sespk = suite.offline(card_key(mpk, asn), icc, number(given["ctc"], 2), ttc, bytes(4), tid)
        opening = amount + bytes([0x04 + given["purse"]]) + tid
        entries.append(hexed(given, {
            "sespk": sespk,
            "mac1": mac(sespk, opening + date + time),
            "mac2": mac(sespk, amount),
            "tac": mac(folded(card_key(mtk, asn)), opening + ttc + date + time),
        }, suite))
    return entries


def transfer(name, key, first_tag, sign):
    """Load and unload: `balance` is before, `after` behind it."""
    entries = []
    for suite, index in [(suite, index) for suite in SUITES for index in range(6)]:
        draw = drawn(suite, f"{name} {index}")
        mac, folded, card_key = suite.mac, suite.folded, suite.card_key
        given = money(draw, index, [key])
        low, high = (0, 0x7FFFFFFF - given["amount"]) if sign > 0 else (given["amount"], 0x7FFFFFFF)
        balance = draw.number(low, high)
        given |= {"balance": balance, "after": balance + sign * given["amount"]}
        given |= {"otc": (0, 65533)[index] if index < 2 else draw.number(0, 65533)}
        main, mtk, asn, icc, tid, date, time = raw(given, key, "mtk", "asn", "icc", "tid", "date", "time")
        otc = number(given["otc"], 2)
        label = {"load": b"SESLK", "unload": b"SESUNK"}[name]
        session = suite.online(label, card_key(main, asn), icc, otc, tid)
        opening = number(given["amount"], 4) + bytes([first_tag - 1 + given["purse"]]) + tid
        entries.append(hexed(given, {
            "session": session,
            "mac1": mac(session, number(balance, 4) + opening),
            "mac2": mac(session, opening + date + time),
            "tac": mac(folded(card_key(mtk, asn)), number(given["after"], 4) + otc + opening + date + time),
        }, suite))
    return entries


def overdraft():
    """`limit` is the old one, `new` the one that the centre sets."""
    entries = []
    for suite, index in [(suite, index) for suite in SUITES for index in range(6)]:
        draw = drawn(suite, f"overdraft {index}")
        mac, folded, card_key = suite.mac, suite.folded, suite.card_key
        given = money(draw, 0, ["modk"])
        del given["amount"]
        limit = (0, 0xFFFFFF)[index] if index < 2 else draw.number(0, 0xFFFFFF)
        new = (0xFFFFFF, 0)[index] if index < 2 else draw.number(0, 0xFFFFFF)
        balance = draw.number(max(0, limit - new), 0x7FFFFFFF - max(0, new - limit))
        given |= {"balance": balance, "after": balance + new - limit, "limit": limit, "new": new}
        given |= {"otc": (0, 65533)[index] if index < 2 else draw.number(0, 65533)}
        modk, mtk, asn, icc, tid, date, time = raw(given, "modk", "mtk", "asn", "icc", "tid", "date", "time")
        otc = number(given["otc"], 2)
        session = suite.online(b"SESODK", card_key(modk, asn), icc, otc, tid)
        closing = b"\x07" + tid + date + time
        after = number(given["after"], 4) + otc + number(new, 4)
        entries.append(hexed(given, {
            "session": session,
            "mac1": mac(session, number(balance, 4) + number(limit, 3) + b"\x07" + tid),
            "mac2": mac(session, number(new, 3) + closing),
            "tac": mac(folded(card_key(mtk, asn)), after + closing),
        }, suite))
    return entries


def issuer():
    """PINs of every length, and what else the issuer sends. All keys are card keys."""
    entries = []
    for suite, size in [(suite, size) for suite in SUITES for size in range(2, 7)]:
        draw = drawn(suite, f"issuer {size}")
        mac, folded, retail_mac = suite.mac, suite.folded, suite.secure
        digits = bytes(draw.number(0, 9) << 4 | draw.number(0, 9) for _ in range(size))
        given = {name: draw.hex(16) for name in ("damk", "dpuk", "dprk", "diak")}
        given |= {"challenge": draw.hex(4), "digits": digits.hex(), "data": draw.hex(8)}
        given |= {"offset": draw.number(0, 24), "update": draw.hex(size), "version": draw.number(1, 255)}
        damk, dpuk, dprk, diak, challenge = raw(given, "damk", "dpuk", "dprk", "diak", "challenge")
        sealed = suite.eight(dpuk, padded(bytes([size]) + digits))
        update = bytes([0x04, 0xD6, 0x95, given["offset"], size + 4]) + bytes.fromhex(given["update"])
        entries.append(hexed(given, {
            "reload": mac(folded(dprk), digits),
            "sealed": sealed,
            "unblock_pin": retail_mac(dpuk, challenge, bytes.fromhex("842400010c") + sealed),
            "update_binary": retail_mac(damk, challenge, update),
            "block": retail_mac(damk, challenge, bytes.fromhex("841e000004")),
            "unblock": retail_mac(damk, challenge, bytes.fromhex("8418000004")),
            "card_block": retail_mac(damk, challenge, bytes.fromhex("8416000004")),
            "switch": retail_mac(damk, challenge, bytes([0x84, 0x1A, 0, given["version"], 0, given["version"]])),
            "external": retail_mac(damk, challenge, bytes.fromhex("00820000")),
            "internal": suite.eight(diak, bytes.fromhex(given["data"])),
        }, suite))
    return entries


def secure_messaging():
    """The bare headers of BLOCK and UNBLOCK, and messages of every length around a block's end."""
    messages = ["841e000004", "8418000004", "8416000004"]
    messages += [Draw(f"message {size}").hex(size) for size in (0, 1, 7, 8, 9, 15, 16, 17, 64)]
    entries = []
    for suite, (index, message) in [(suite, pair) for suite in SUITES for pair in enumerate(messages)]:
        draw = drawn(suite, f"secure messaging {index}")
        given = {"mamk": draw.hex(16), "asn": draw.asn(), "challenge": draw.hex(4), "message": message}
        damk = suite.card_key(bytes.fromhex(given["mamk"]), bytes.fromhex(given["asn"]))
        code = suite.secure(damk, bytes.fromhex(given["challenge"]), bytes.fromhex(message))
        entries.append(of_suite(suite, {**given, "damk": damk.hex(), "mac": code.hex()}))
    return entries


def macs():
    """The plain MAC over messages of every length around a block's end."""
    entries = []
    for size in (0, 1, 4, 7, 8, 9, 15, 16, 17, 24, 32, 63, 64):
        draw = Draw(f"mac {size}")
        key, message = draw.bytes(8), draw.bytes(size)
        entries.append({"key": key.hex(), "message": message.hex(), "mac8": mac8(key, message).hex()})
    return entries


def more():
    return {
        "dispersing": dispersing(),
        "mac": macs(),
        "lock": locks_with_more(),
        "sam_tac": sam_tac(),
        "online_unlock": online_unlock(),
        "secure_messaging": secure_messaging(),
        "purchase": purchase(),
        "load": transfer("load", "mlk", 0x01, 1),
        "unload": transfer("unload", "munk", 0x03, -1),
        "overdraft": overdraft(),
        "issuer": issuer(),
    }


# Personalisation: GlobalPlatform SCP03 under a transport key (docs/personalisation.md).

AES = SUITES[1]
CARD_MANAGER = bytes.fromhex("a000000151000000")


def derived(key, constant, bits, context):
    """NIST SP 800-108 in counter mode over CMAC, one block of it, as SCP03 lays it out."""
    data = bytes(11) + bytes([constant, 0]) + number(bits, 2) + b"\x01" + context
    return AES.cmac(key, data)[: bits // 8]


def cbc(key, initial, data):
    """AES-CBC of whole blocks."""
    command = ["openssl", "enc", "-aes-128-cbc", "-nopad", "-K", key.hex(), "-iv", initial.hex()]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode != 0 or len(done.stdout) != len(data):
        raise SystemExit(f"openssl enc: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def authenticated(s_mac, chain, header, data):
    """A command with its C-MAC, and the next chaining value."""
    start = header + bytes([len(data) + 8]) + data
    whole = AES.cmac(s_mac, chain + start)
    return start + whole[:8], whole


def session(index):
    draw = Draw(f"scp03 {index}")
    key, host_challenge, chip, counter = draw.bytes(16), draw.bytes(8), draw.bytes(10), number(index + 1, 3)
    card_challenge = derived(key, 2, 64, counter + CARD_MANAGER)
    context = host_challenge + card_challenge
    s_enc, s_mac = derived(key, 4, 128, context), derived(key, 6, 128, context)
    card_cryptogram = derived(s_mac, 0, 64, context)
    initialize = bytes.fromhex("8050000008") + host_challenge + b"\x00"
    answer = chip + bytes.fromhex("010310") + card_challenge + card_cryptogram + counter
    command, chain = authenticated(s_mac, bytes(16), bytes.fromhex("84820300"), derived(s_mac, 1, 64, context))
    stored = []
    for block, size in enumerate((3, 13, 15, 16, 30, 231)):
        plain = bytes.fromhex("0101") + bytes([size]) + draw.bytes(size)
        padded_plain = plain + b"\x80" + bytes(-(len(plain) + 1) % 16)
        initial = openssl("-aes-128-ecb", s_enc, number(block + 1, 16))
        header = bytes([0x84, 0xE2, 0x88 if block == 5 else 0x08, block])
        wrapped, chain = authenticated(s_mac, chain, header, cbc(s_enc, initial, padded_plain))
        stored.append({"p1": header[2], "block": block, "data": plain.hex(), "command": wrapped.hex()})
    secret = draw.bytes(16)
    return {
        "transport_key": key.hex(),
        "check_value": AES.check_value(key).hex(),
        "host_challenge": host_challenge.hex(),
        "chip": chip.hex(),
        "counter": index + 1,
        "s_enc": s_enc.hex(),
        "s_mac": s_mac.hex(),
        "initialize_update": initialize.hex(),
        "answer": answer.hex(),
        "external_authenticate": command.hex(),
        "store_data": stored,
        "secret": secret.hex(),
        "sealed": openssl("-aes-128-ecb", key, secret).hex(),
    }


def scp03():
    return [session(index) for index in range(3)]


# Files.


def differences(path, old, new):
    """Where two JSON values differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*new, *(name for name in old if name not in new)]:
            yield from differences(f"{path}.{name}", old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new)):
            yield from differences(f"{path}[{index}]", *pair)
    elif old != new:
        yield f"{path}: the file has {json.dumps(old)[:80]}, OpenSSL makes {json.dumps(new)[:80]}"


def check(file, value):
    if not file.exists():
        return [f"{file.name} is missing"]
    text = file.read_text(encoding="utf-8")
    try:
        found = list(differences(file.name, json.loads(text), value))
    except json.JSONDecodeError as error:
        return [f"{file.name} is no JSON: {error}"]
    if not found and text != written(value):
        found.append(f"{file.name} holds the right values, but was not written by this script")
    return found


def written(value):
    return json.dumps(value, indent=2) + "\n"


def main(arguments):
    if arguments not in ([], ["--check"]):
        print("usage: openssl.py [--check]", file=sys.stderr)
        return 2
    files = {HERE / "greylock.json": greylock(), HERE / "more.json": more(), HERE / "scp03.json": scp03()}
    if not arguments:
        for file, value in files.items():
            file.write_text(written(value), encoding="utf-8")
        return 0
    found = [line for file, value in files.items() for line in check(file, value)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
