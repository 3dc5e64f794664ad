"""Messages that are told again in another language, and what a file that anybody wrote can do to them."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from grading.errors import CriterionFailure, InfrastructureError, Problem
from grading.text.i18n import (
    Language,
    Message,
    _,
    decimal,
    in_languages,
    joined,
    marked,
    n_,
    speaking,
    spoken,
)
from grading.text.messages import MAX_LENGTH, changed
from grading.text.sanitize import encodable
from grading.text.stored import MAX_DEPTH, SCHEMAS, Said, from_data, to_data

SAID = TypeAdapter[str](Said)
VALIDATOR = jsonschema.Draft202012Validator({"$ref": "#/$defs/Said", "$defs": SCHEMAS})
ADDRESS = marked("the file does not exist, or is empty")
ONE, MORE = "{n} finding that costs points", "{n} findings that cost points"


def messages() -> Iterator[str]:
    yield _("{path} is empty", path="d/f.yaml")
    yield _(ADDRESS)
    yield n_(ONE, MORE, 1)
    yield n_(ONE, MORE, 3)
    yield decimal(1234.5, 1)
    yield _("for {seconds} s of the update kubegrade made no requests", seconds=decimal(1234.5))
    yield _(
        "{path} cannot be read as YAML: {problem}",
        path="x",
        problem=_("a key must be text, not a list or null"),
    )
    yield joined("\n", [_("no such file"), "plain", joined(": ", ["field", _("missing")])])
    yield joined(_("missing"), ["/tmp", "/mnt"])
    yield _("the image {image:.80} is not used in the course", image="x" * 100)
    yield _("apiVersion is {version!s:.60}; a {kind} has {wanted}", version=1, kind="Pod", wanted="v1")
    yield _("{path}: {name!r} is not a valid name in Kubernetes", path="f", name="a\n'b'")
    yield in_languages({Language.EN: "Storage", Language.NL: "Opslag"})
    yield str(InfrastructureError(_("the run was stopped")))
    yield changed(_("no such file"), encodable)


def test_a_message_is_told_again() -> None:
    english = list(messages())
    with speaking(Language.NL):
        dutch = list(messages())
        again = [spoken(message) for message in english]
        stored = [from_data(json.loads(json.dumps(to_data(message)))) for message in english]
    assert again == stored == dutch
    assert [spoken(message) for message in dutch] == english
    assert [spoken(message) for message in stored] == english
    assert all(one != other for one, other in zip(english, dutch, strict=True))


def test_a_message_is_text() -> None:
    message = _("{path} is empty", path="x")
    assert message == "x is empty"
    assert hash(message) == hash("x is empty")
    assert json.dumps(message) == '"x is empty"'
    assert type("".join([message, ""])) is str
    again = copy.deepcopy(message)
    assert isinstance(again, Message)
    assert (again, again.source, again.lang) == (message, message.source, Language.EN)


def test_text_without_a_message_stays_text() -> None:
    assert type(joined(", ", ["a", 1, None])) is str
    assert joined(", ", ["a", 1, None]) == "a, 1, None"
    assert spoken("no such file") == to_data("no such file") == "no such file"
    assert to_data(_("nginx-svc")) == "nginx-svc"


def test_what_is_shown_of_it_may_change() -> None:
    message = changed(_("{path} is empty", path="a\ud800"), encodable)
    assert message == "a\N{REPLACEMENT CHARACTER} is empty"
    assert json.dumps(to_data(message), ensure_ascii=False).encode()
    with speaking(Language.NL):
        assert spoken(message) == "a\ud800 is leeg"


def test_texts_in_several_languages() -> None:
    title = in_languages({Language.NL: "Opslag", Language.EN: "Storage"})
    assert to_data(title) == {"text": "Storage", "source": {"texts": {"nl": "Opslag", "en": "Storage"}}}
    with speaking(Language.NL):
        assert _(title) == "Opslag"
        only = in_languages({Language.EN: "Storage"})
        assert (only, only.lang) == ("Storage", Language.EN)


@pytest.mark.parametrize("message", list(messages()), ids=lambda message: message[:30])
def test_its_stored_form_is_that_of_the_schema(message: str) -> None:
    VALIDATOR.validate(to_data(message))
    assert SAID.validate_json(SAID.dump_json(message)) == message


def test_a_problem_keeps_its_messages() -> None:
    problem = CriterionFailure(_("{path} is empty", path="f.yaml"), help="do", actual=_("missing")).problem
    data = TypeAdapter(Problem).dump_json(problem)
    assert json.loads(data)["help"] == "do"
    with speaking(Language.NL):
        again = TypeAdapter(Problem).validate_json(data)
    assert (again.rationale, again.help, again.actual) == ("f.yaml is leeg", "do", "ontbreekt")


class Titled(BaseModel):
    title: Said


def test_texts_by_language_as_one_writes_them() -> None:
    titled = Titled.model_validate({"title": {"en": "Storage", "nl": "Opslag"}})
    assert titled.title == "Storage"
    with speaking(Language.NL):
        assert spoken(titled.title) == "Opslag"
    for wrong in ({}, {"fr": "x"}, {"en": 1}, {"en": None}, 5, None, ["x"]):
        with pytest.raises(ValidationError):
            Titled.model_validate({"title": wrong})


# A file that anybody may have changed


def stored(message: str, **values: Any) -> dict[str, Any]:
    return {"text": "as it was", "source": {"message": message, "values": values}}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(stored("{x.__class__}", x="y"), id="unknown"),
        pytest.param(stored("{path} is empty", file="x"), id="no value"),
        pytest.param(stored("the image {image:.80} is not used in the course", image=5), id="a number"),
        pytest.param(stored(ONE, n=1), id="not counting"),
        pytest.param(stored(""), id="the catalogue's header"),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_a_source_that_cannot_be_told_leaves_the_text(data: Any, language: Language) -> None:
    with speaking(language):
        assert from_data(data) == "as it was"


@pytest.mark.parametrize(
    "source",
    [
        "no such file",
        {},
        {"message": "no such file"},
        {"message": 1, "values": {}},
        {"message": "no such file", "values": {}, "more": 1},
        {"message": ONE, "plural": MORE, "values": {}},
        {"message": "{path} is empty", "values": {"path": None}},
        {"message": "{path} is empty", "values": {"path": True}},
        {"message": "{path} is empty", "values": {"path": ["x"]}},
        {"message": "{path} is empty", "values": {"path": float("nan")}},
        {"message": "{path} is empty", "values": {"path": {"text": "x"}}},
        {"number": 1},
        {"number": 1, "digits": 10**6},
        {"number": 10**400, "digits": 0},
        {"number": float("inf"), "digits": 0},
        {"separator": ", "},
        {"separator": ", ", "parts": [1]},
        {"texts": {}},
        {"texts": {"fr": "x"}},
        {"texts": {"en": 5}},
    ],
)
def test_a_source_of_another_form_is_none(source: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what pydantic makes a ValidationError of
        from_data({"text": "x", "source": source})


def test_messages_are_nested_so_deep_and_no_deeper() -> None:
    data: Any = "x"
    for _level in range(MAX_DEPTH):
        data = stored("{path} is empty", path=data)
    assert from_data(data).startswith("x is empty is empty")
    with pytest.raises(ValueError, match="too deep"):
        from_data(stored("{path} is empty", path=data))


def test_what_multiplies_its_values_is_not_told() -> None:
    twice = (
        "this cluster already has a PersistentVolume {volume}, which kubegrade did not create; delete it "
        "with `kubectl delete pv {volume}`"
    )
    data: Any = "x" * (MAX_LENGTH // 4)
    for _level in range(MAX_DEPTH):
        data = stored(twice, volume=data)
    assert len(from_data(data)) <= MAX_LENGTH


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just("{path} is empty"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries({"text": inner, "source": inner})
        | st.fixed_dictionaries({"message": inner, "values": st.dictionaries(st.just("path"), inner)})
        | st.fixed_dictionaries({"separator": inner, "parts": inner})
        | st.fixed_dictionaries({"number": inner, "digits": inner})
        | st.fixed_dictionaries({"texts": st.dictionaries(st.sampled_from(Language), inner)})
    ),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"text": st.text(max_size=5), "source": TREES}) | TREES)
def test_any_data_is_a_text_or_none(data: Any) -> None:
    try:
        text = from_data(data)
    except ValueError:
        return
    VALIDATOR.validate(json.loads(json.dumps(to_data(text))))
    assert from_data(to_data(text)) == encodable(text)
