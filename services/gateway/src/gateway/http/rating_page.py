"""The page behind the links in a mail that asks for a rating: the mark that was chosen there, and a button that gives it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.context import use_caller
from chassis.errors import DeskmeshError, FieldError, InvalidInput
from deskmesh.tickets.v1 import rating_pb2 as nouns
from deskmesh.tickets.v1 import rating_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.desk import ask
from gateway.http.link_page import LinkPage, Words, escaped, form_of
from gateway.http.rating_texts import TEXTS

_AT: Final = LinkPage("rating", TEXTS, ["tickets.read_own", "tickets.comment_own"], about="ticket")

_FIVE: Final = ("5", "4", "3", "2", "1")
_TWO: Final = (("5", "good"), ("1", "bad"))
_NPS: Final = tuple(map(str, range(11)))

_FORM: Final = """\
<form method="post"><fieldset><legend>{question}</legend>{marks}</fieldset>{nps}
<p><label for="comment">{comment}</label><br>
<textarea id="comment" name="comment" rows="3" maxlength="4000">{said}</textarea></p>
<p><button>{send}</button></p></form>
"""
_RADIO: Final = '<label><input type="radio" name="{name}" value="{value}"{checked}{needed}> {label}</label>'


async def show(request: Request) -> Response:
    """Show the marks, the one that the link in the mail named chosen; changes nothing."""
    try:
        caller, said = await _AT.open(request)
        with use_caller(caller):
            rating = (await ask(request, rpcs.GET_RATING, pb.GetRatingRequest(ticket=said["ticket"]))).rating
    except DeskmeshError as error:
        return _AT.refusal(error, "en")
    chosen = request.query_params.get("score") or str(rating.score)
    words = escaped(_AT.words(caller.language))
    title = f"{rating.ticket.key} {rating.ticket.name}"
    return _AT.answer(caller.language, title, _form(words, rating, chosen))


async def rate(request: Request) -> Response:
    """Give the rating, or change it while there is time."""
    language = "en"
    try:
        caller, said = await _AT.open(request)
        language = caller.language
        form = await form_of(request)
        question = pb.RateTicketRequest(
            ticket=said["ticket"],
            score=_number("score", str(form.get("score", ""))),
            comment=str(form.get("comment", "")),
        )
        if form.get("nps"):
            question.nps = _number("nps", str(form["nps"]))
        with use_caller(caller):
            await ask(request, rpcs.RATE_TICKET, question)
    except DeskmeshError as error:
        return _AT.refusal(error, language)
    words = escaped(_AT.words(language))
    return _AT.answer(language, _AT.words(language)["thanks"], f"<p>{words['noted']}</p>")


def _form(words: Words, rating: nouns.Rating, chosen: str) -> str:
    marks = (
        [(value, value) for value in _FIVE] if rating.scale == "five" else [(v, words[w]) for v, w in _TWO]
    )
    nps = ""
    if rating.asks_nps:
        given = str(rating.nps) if rating.HasField("nps") else ""
        answers = _radios("nps", [(value, value) for value in _NPS], given, needed=False)
        nps = f"<fieldset><legend>{words['nps']}</legend>{answers}</fieldset>"
    return _FORM.format(
        question=words["question_five" if rating.scale == "five" else "question_two"],
        marks=_radios("score", marks, chosen, needed=True),
        nps=nps,
        comment=words["comment"],
        said=escaped({"said": rating.comment})["said"],
        send=words["send"],
    )


def _radios(name: str, marks: list[tuple[str, str]], chosen: str, *, needed: bool) -> str:
    return "".join(
        _RADIO.format(
            name=name,
            value=value,
            label=label,
            checked=" checked" if value == chosen else "",
            needed=" required" if needed else "",
        )
        for value, label in marks
    )


def _number(field: str, text: str) -> int:
    if text not in _NPS:
        raise InvalidInput([FieldError(field, "is no mark")])
    return int(text)


ROUTES: Final = [
    Route("/ratings/{token}", show, methods=["GET"]),
    Route("/ratings/{token}", rate, methods=["POST"]),
]
