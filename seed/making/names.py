"""Reduces an item name to ``{"object", "action"}``: what a term points at.

A term must survive another catalogue, so it never holds an id, and it says 居民身份证 + 补领 rather than one
district's full name for it.
"""

from __future__ import annotations

import re

from making import words

Target = dict[str, str]


def _any_of(options: tuple[str, ...]) -> str:
    return "|".join(sorted(options, key=len, reverse=True))


def _run_of(options: tuple[str, ...]) -> str:
    """One of the words, or several joined by 、."""
    return rf"(?:{_any_of(options)})(?:、(?:{_any_of(options)}))*"


_RUN = _run_of(words.ACTIONS)
_LAST = re.compile(rf"(?P<rest>.*?)(?P<run>{_RUN})")
_FIRST = re.compile(rf"(?P<run>{_run_of(words.LEADING)})(?P<rest>.+)")
_ENDING = re.compile(rf"(?P<rest>.+?)(?:{_any_of(words.EMPTY)}|(?P<form>{_any_of(words.FORMS)}))")
_BRACKET = re.compile(r"(?P<head>.+)（(?P<inside>[^（）]+)）")
_LOOSE = re.compile("|".join(words.LOOSE))


def reduce(name: str, word: str) -> Target:
    """The object and action of item ``name``; among several actions (补领、换领) the one ``word`` asks for.

    ``word`` is the everyday word. A name that is all action stays a ``{"name"}``.
    """
    if name in words.EXCEPTIONS:
        return _target(*words.EXCEPTIONS[name])
    text = _LOOSE.sub("", re.sub(words.REMARKS, "", name))
    for pattern in words.ACTION_FIRST:
        if match := re.fullmatch(pattern, text):
            return _target(match["object"], match["action"])
    thing, actions = _split(text)
    return _target(thing, _asked_for(actions, word)) if thing else {"name": name}


def _target(thing: str, action: str | None) -> Target:
    return {"object": thing, "action": action} if action else {"object": thing}


def _split(text: str) -> tuple[str, list[str]]:
    """Object and actions; a bracket at the end is either more actions or a part of the object."""
    bracket = _BRACKET.fullmatch(text)
    if not bracket:
        return _split_plain(text)
    thing, actions = _split_plain(bracket["head"])
    inside = bracket["inside"]
    if re.fullmatch(_RUN, inside):
        telling = [action for action in actions if action not in words.FORMS]
        return thing, telling + inside.split("、")
    return f"{thing}（{inside}）", actions


def _split_plain(text: str) -> tuple[str, list[str]]:
    """Actions at the end, else at the beginning, else the form of procedure."""
    head, form = _without_endings(text)
    actions: list[str] = []
    if match := _LAST.fullmatch(head):
        head, actions = match["rest"], match["run"].split("、")
    if match := _FIRST.fullmatch(head):
        head, actions = match["rest"], actions or match["run"].split("、")
    return head.removesuffix("的"), actions or form


def _without_endings(text: str) -> tuple[str, list[str]]:
    """Drops endings until an action stands last; keeps the one form of procedure it passes."""
    form: list[str] = []
    while not _LAST.fullmatch(text) and (match := _ENDING.fullmatch(text)):
        if match["form"] and form:
            break
        form = [match["form"]] if match["form"] else form
        text = match["rest"]
    return text, form


def _asked_for(actions: list[str], word: str) -> str | None:
    wanted = set(word) | {words.SAME_MEANING[letter] for letter in word if letter in words.SAME_MEANING}
    return next((action for action in actions if wanted & set(action)), actions[0] if actions else None)
