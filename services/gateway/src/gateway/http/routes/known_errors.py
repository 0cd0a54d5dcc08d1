"""The article of a known error."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from deskmesh.knowledge.v1 import article_pb2 as nouns
from deskmesh.knowledge.v1 import article_service_pb2 as knowledge
from deskmesh.tickets.v1 import problem_service_pb2 as problems
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets
from gateway.clients import knowledge as articles
from gateway.clients import tickets as rpcs
from gateway.http.answers import resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.models import knowledge as models
from gateway.http.render import knowledge as render
from gateway.http.render.known_errors import article_body

door = Door("tickets")

_ARTICLE = "/tickets/{ticket}/article"


@door.route(
    "POST",
    _ARTICLE,
    articles.CREATE_ARTICLE_OF_TICKET,
    gives=models.Article,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_article_of_ticket(request: Request, ticket: str) -> Response:
    """Write an article of a known error: a draft for agents, with its symptoms, cause and workaround.

    The problem must be marked as a known error and say its workaround. A problem has one article at most: the same call
    again answers the one that is there, as it is now.
    """
    question = problems.GetKnownErrorRequest(ticket=ticket)
    known = (await ask(request, rpcs.GET_KNOWN_ERROR, question)).known_error
    draft = nouns.Article(
        title=known.title,
        body=article_body(known),
        language=known.language,
        visibility="agents",
        state="draft",
    )
    writing = knowledge.CreateArticleOfTicketRequest(ticket_id=known.ticket_id, article=draft)
    made = (await ask(request, articles.CREATE_ARTICLE_OF_TICKET, writing)).article
    return resource(render.article(made), made.version, HTTPStatus.CREATED, f"{API}/kb/articles/{made.id}")


@door.route("GET", _ARTICLE, articles.GET_ARTICLE_OF_TICKET, gives=models.Article, versioned=True)
async def get_article_of_ticket(request: Request, ticket: str) -> Response:
    """Read the article that was written of a known error."""
    found = (await ask(request, rpcs.GET_TICKET, tickets.GetTicketRequest(ticket=ticket))).ticket
    question = knowledge.GetArticleOfTicketRequest(ticket_id=found.id)
    article = (await ask(request, articles.GET_ARTICLE_OF_TICKET, question)).article
    return resource(render.article(article), article.version)
