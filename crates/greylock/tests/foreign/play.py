#!/usr/bin/python3
"""Plays one scenario of a foreign terminal on our card and PSAM.

    play.py SCENARIO --keys FILE --purse ed|ep --card READER --psam READER --hand PID

Prints what `greylock card show --json` must show of the card afterwards, `null` when it was not used.
"""

import argparse
import json
import sys

import cardside
import scenarios
from chips import Hand
from codes import Keys

SCENARIOS = {"refuel": scenarios.refuel, "escape": scenarios.escape, "online": scenarios.online,
             "money": scenarios.money, "wrong-codes": scenarios.wrong_codes, "pulled": scenarios.pulled,
             "issuer": scenarios.by_issuer, "refusals": scenarios.refusals_of_a_card,
             "both": scenarios.both, "opensc-tool": scenarios.by_opensc_tool, "scriptor": scenarios.by_scriptor,
             "psam": cardside.psam}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=SCENARIOS)
    for name in ("--keys", "--purse", "--card", "--psam"):
        parser.add_argument(name, required=True)
    parser.add_argument("--hand", type=int, required=True)
    given = parser.parse_args()
    hand = Hand(given.hand, given.card)
    stage = scenarios.Stage(Keys(given.keys), given.purse, given.card, given.psam, hand)
    json.dump(SCENARIOS[given.scenario](stage), sys.stdout)


if __name__ == "__main__":
    main()
