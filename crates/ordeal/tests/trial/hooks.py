"""Ids and documents that the books know, put into half of the well-formed requests that schemathesis makes up."""

import json
import os
import random

import schemathesis

with open(os.environ["GREYLOCK_KNOWN"], encoding="utf-8") as file:
    KNOWN = json.load(file)


def mended(value, chance):
    """The same with some of its fields known."""
    if isinstance(value, dict):
        return {name: field(name, inner, chance) for name, inner in value.items()}
    return value


def field(name, value, chance):
    if name in KNOWN["fields"] and chance.random() < 0.8:
        return chance.choice(KNOWN["fields"][name])
    return mended(value, chance)


@schemathesis.hook
def map_case(context, case):
    meta = getattr(case, "meta", None)
    if meta is None or meta.generation.mode.is_negative:
        return case
    chance = random.Random(repr((case.path_parameters, case.query, case.body)))
    if chance.random() < 0.5:
        return case
    if case.path_parameters:
        case.path_parameters = mended(dict(case.path_parameters), chance)
    if case.query:
        case.query = mended(dict(case.query), chance)
    if isinstance(case.body, dict):
        bodies = KNOWN["bodies"].get(case.operation.path, [])
        if bodies and chance.random() < 0.5:
            case.body = chance.choice(bodies)
        else:
            case.body = mended(case.body, chance)
    return case
