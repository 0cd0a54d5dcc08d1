"""Articles through the RPC door."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from google.protobuf import field_mask_pb2
from knowledge_desk import WRITER, Knowledge

from chassis.errors import BadRequest, Forbidden, InvalidInput, NotFound, Stale
from chassis.ids import new_id
from chassis.search import MARK_END, MARK_START, tenant_key
from deskmesh.common.v1 import types_pb2
from deskmesh.knowledge.v1 import article_pb2
from deskmesh.knowledge.v1 import article_service_pb2 as rpc


def article(title: str, **fields: object) -> article_pb2.Article:
    values = {
        "body": f"About {title}.",
        "language": "en",
        "visibility": "requesters",
        "state": "published",
        **fields,
    }
    return article_pb2.Article(title=title, **values)  # type: ignore[arg-type] # fields of one message, by name


async def write(knowledge: Knowledge, title: str, **fields: object) -> article_pb2.Article:
    request = rpc.CreateArticleRequest(article=article(title, **fields))
    return (await knowledge.call("CreateArticle", request, rpc.CreateArticleResponse)).article


async def write_of_ticket(
    knowledge: Knowledge, ticket: UUID, title: str, *, tenant: UUID | None = None, **fields: object
) -> article_pb2.Article:
    request = rpc.CreateArticleOfTicketRequest(ticket_id=str(ticket), article=article(title, **fields))
    answer = rpc.CreateArticleOfTicketResponse
    return (await knowledge.call("CreateArticleOfTicket", request, answer, tenant=tenant)).article


async def found(
    knowledge: Knowledge,
    query: str,
    *,
    language: str = "",
    scopes: tuple[str, ...] = WRITER,
    tenant: UUID | None = None,
) -> list[article_pb2.SearchHit]:
    request = rpc.SearchArticlesRequest(query=query, language=language)
    answer = await knowledge.call(
        "SearchArticles", request, rpc.SearchArticlesResponse, scopes=scopes, tenant=tenant
    )
    return list(answer.hits)


async def found_page_by_page(knowledge: Knowledge, query: str) -> list[str]:
    seen: list[str] = []
    token = ""
    while True:
        request = rpc.SearchArticlesRequest(query=query, page_size=2, page_token=token)
        page = await knowledge.call("SearchArticles", request, rpc.SearchArticlesResponse)
        seen += [hit.id for hit in page.hits]
        token = page.next_page_token
        if not token:
            return seen


async def test_an_article_is_written_and_read_by_id_and_number(knowledge: Knowledge) -> None:
    made = await write(knowledge, "Reset a token", category=types_pb2.Ref(key="how-to"))
    for reference in (made.id, made.number):
        request = rpc.GetArticleRequest(article=reference)
        read = (await knowledge.call("GetArticle", request, rpc.GetArticleResponse, scopes=())).article
        assert read == made
    assert made.category.name == "How-to"
    assert (made.version, made.published_at.seconds > 0) == (1, True)


async def test_numbers_go_up_by_one(knowledge: Knowledge) -> None:
    first, second = await write(knowledge, "One"), await write(knowledge, "Two")
    assert int(second.number.removeprefix("KB-")) == int(first.number.removeprefix("KB-")) + 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"language": "de"}, "language"),
        ({"visibility": "everyone"}, "visibility"),
        ({"visibility": "teams"}, "team_ids"),
        ({"visibility": "teams", "team_ids": ["network"]}, "team_ids"),
        ({"state": "gone"}, "state"),
        ({"category": types_pb2.Ref(key="nowhere")}, "category_id"),
    ],
)
async def test_a_wrong_article_names_the_field_and_changes_nothing(
    knowledge: Knowledge, fields: dict[str, object], wrong: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await write(knowledge, str(fields.pop("title", "Wrong")), **fields)
    assert [error.field for error in refusal.value.errors] == [wrong]
    assert await found(knowledge, "Wrong") == []


async def test_publishing_takes_the_permission_to_publish(knowledge: Knowledge) -> None:
    request = rpc.CreateArticleRequest(article=article("Draft only"))
    with pytest.raises(Forbidden):
        await knowledge.call("CreateArticle", request, rpc.CreateArticleResponse, scopes=("kb.write",))
    request.article.state = "draft"
    await knowledge.call("CreateArticle", request, rpc.CreateArticleResponse, scopes=("kb.write",))


async def test_an_update_changes_the_named_fields_and_refuses_an_old_version(knowledge: Knowledge) -> None:
    made = await write(knowledge, "Old title", body="Kept.")
    request = rpc.UpdateArticleRequest(
        article_id=made.id,
        patch=article_pb2.Article(title="New title", body="ignored"),
        update_mask=field_mask_pb2.FieldMask(paths=["title"]),
        expected_version=made.version,
    )
    changed = (await knowledge.call("UpdateArticle", request, rpc.UpdateArticleResponse)).article
    assert (changed.title, changed.body, changed.version) == ("New title", "Kept.", 2)
    assert [hit.id for hit in await found(knowledge, "new title")] == [made.id]
    with pytest.raises(Stale):
        await knowledge.call("UpdateArticle", request, rpc.UpdateArticleResponse)


async def test_a_change_that_changes_nothing_makes_no_version(knowledge: Knowledge) -> None:
    made = await write(knowledge, "Same")
    request = rpc.UpdateArticleRequest(
        article_id=made.id,
        patch=made,
        update_mask=field_mask_pb2.FieldMask(paths=["title", "state", "team_ids"]),
    )
    assert (await knowledge.call("UpdateArticle", request, rpc.UpdateArticleResponse)).article == made


async def test_a_field_that_can_not_be_changed_is_refused(knowledge: Knowledge) -> None:
    made = await write(knowledge, "Fixed")
    request = rpc.UpdateArticleRequest(
        article_id=made.id, update_mask=field_mask_pb2.FieldMask(paths=["number", "author"])
    )
    with pytest.raises(InvalidInput) as refusal:
        await knowledge.call("UpdateArticle", request, rpc.UpdateArticleResponse)
    assert [error.field for error in refusal.value.errors] == ["number", "author"]


async def test_readers_see_what_is_for_them(knowledge: Knowledge) -> None:
    drafted = await write(knowledge, "Zebra draft", state="draft")
    inner = await write(knowledge, "Zebra agents", visibility="agents")
    open_one = await write(knowledge, "Zebra open")
    assert {hit.id for hit in await found(knowledge, "zebra", scopes=())} == {open_one.id}
    assert {hit.id for hit in await found(knowledge, "zebra", scopes=("kb.read_agents",))} == {
        open_one.id,
        inner.id,
    }
    listed = rpc.ListArticlesRequest(filter='title:"zebra"')
    seen = (await knowledge.call("ListArticles", listed, rpc.ListArticlesResponse, scopes=())).articles
    assert [one.id for one in seen] == [open_one.id]
    for hidden in (drafted, inner):
        with pytest.raises(NotFound):
            await knowledge.call(
                "GetArticle", rpc.GetArticleRequest(article=hidden.id), rpc.GetArticleResponse, scopes=()
            )


async def test_another_tenant_finds_and_reads_nothing(knowledge: Knowledge) -> None:
    made = await write(knowledge, "Okapi")
    assert await found(knowledge, "okapi", tenant=knowledge.globex) == []
    for reference in (made.id, made.number):
        with pytest.raises(NotFound):
            await knowledge.call(
                "GetArticle",
                rpc.GetArticleRequest(article=reference),
                rpc.GetArticleResponse,
                tenant=knowledge.globex,
            )


async def test_search_forgives_inflection_diacritics_and_slips(knowledge: Knowledge) -> None:
    made = await write(
        knowledge, "Drukarka nie drukuje", body="Sprawdź **kolejkę** wydruku i sterownik.", language="pl"
    )
    for asked in ("drukarki", "kolejka wydruku", "kolejke", "sterowink", "druk"):
        assert made.id in {hit.id for hit in await found(knowledge, asked)}, asked
    assert await found(knowledge, "drukarki", language="en") == []


async def test_articles_with_some_of_the_words_are_given_where_none_has_all(knowledge: Knowledge) -> None:
    made = {(await write(knowledge, f"Narwhal {number}", language="pl")).id for number in range(3)}
    assert sorted(await found_page_by_page(knowledge, "narwhal zeppelin")) == sorted(made)


async def test_a_snippet_shows_what_matched_and_the_title_weighs_most(knowledge: Knowledge) -> None:
    in_body = await write(
        knowledge, "Something else", body="The gyroscope is mentioned here once among many other words."
    )
    in_title = await write(knowledge, "Gyroscope", body="Nothing.")
    hits = await found(knowledge, "gyroscope")
    assert [hit.id for hit in hits] == [in_title.id, in_body.id]
    assert f"{MARK_START}gyroscope{MARK_END}" in hits[1].snippet


async def test_pages_of_a_search_hold_each_hit_once(knowledge: Knowledge) -> None:
    made = {(await write(knowledge, f"Paged walrus {number}")).id for number in range(5)}
    assert sorted(await found_page_by_page(knowledge, "walrus")) == sorted(made)


@pytest.mark.parametrize("token", ["x", "WzEsMl0=", "bnVsbA=="])
async def test_a_forged_page_token_is_refused(knowledge: Knowledge, token: str) -> None:
    with pytest.raises(BadRequest):
        request = rpc.SearchArticlesRequest(query="walrus", page_token=token)
        await knowledge.call("SearchArticles", request, rpc.SearchArticlesResponse)


async def test_a_search_for_nothing_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await found(knowledge, " ?! ")
    assert [error.field for error in refusal.value.errors] == ["q"]


async def test_a_ticket_s_text_gets_the_article_about_its_rarest_words(knowledge: Knowledge) -> None:
    wanted = await write(knowledge, "VPN error 789 after a certificate change")
    await write(knowledge, "A guide to the office")
    text = "Hello, since this morning the VPN in the office shows error 789. Could you please help me? Regards, Anna"
    request = rpc.SuggestArticlesRequest(text=text, limit=3)
    hits = (await knowledge.call("SuggestArticles", request, rpc.SuggestArticlesResponse, scopes=())).hits
    assert hits[0].id == wanted.id


async def test_archiving_takes_an_article_out_of_search_and_out_of_the_terms(knowledge: Knowledge) -> None:
    made = await write(knowledge, "Xylophone tuning")
    request = rpc.UpdateArticleRequest(
        article_id=made.id,
        patch=article_pb2.Article(state="archived"),
        update_mask=field_mask_pb2.FieldMask(paths=["state"]),
    )
    await knowledge.call("UpdateArticle", request, rpc.UpdateArticleResponse)
    assert await found(knowledge, "xylophone") == []
    connection = await asyncpg.connect(knowledge.service.database.superuser_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM terms WHERE term = 'xylophone'") == 0
        states = await connection.fetch(
            "SELECT state FROM article_versions WHERE article_id = $1 ORDER BY article_version", made.id
        )
    finally:
        await connection.close()
    assert [row["state"] for row in states] == ["published", "archived"]


async def test_the_search_function_refuses_a_tenant_that_is_not_the_transaction_s(
    knowledge: Knowledge,
) -> None:
    await write(knowledge, "Ocelot")
    async with knowledge.service.process.runtime.databases.for_tenant(knowledge.globex).transaction(
        knowledge.globex
    ) as tx:
        raw = await tx.raw()
        rows = await raw.fetch(
            "SELECT * FROM search_articles($1, $2, '{}', true, '{}', 10, NULL, NULL)",
            knowledge.acme,
            f"'{tenant_key(knowledge.acme)}ocelot'",
        )
    assert rows == []


async def test_a_ticket_has_one_article_however_often_it_is_asked_for(knowledge: Knowledge) -> None:
    ticket = new_id()
    made = await asyncio.gather(
        *(write_of_ticket(knowledge, ticket, "Known error", state="draft") for _ in range(5))
    )
    assert len({one.id for one in made}) == 1
    request = rpc.UpdateArticleRequest(
        article_id=made[0].id,
        patch=article_pb2.Article(title="Mended"),
        update_mask=field_mask_pb2.FieldMask(paths=["title"]),
    )
    await knowledge.call("UpdateArticle", request, rpc.UpdateArticleResponse)
    assert (await write_of_ticket(knowledge, ticket, "Known error")).title == "Mended"
    assert (await write_of_ticket(knowledge, new_id(), "Another")).id != made[0].id
    foreign = await write_of_ticket(knowledge, ticket, "Known error", tenant=knowledge.globex)
    assert foreign.id != made[0].id


async def test_the_article_of_a_ticket_takes_a_language_that_the_tenant_has_and_a_title_that_fits(
    knowledge: Knowledge,
) -> None:
    made = await write_of_ticket(knowledge, new_id(), "x" * 300, language="de")
    assert (made.language, len(made.title)) == ("pl", 250)


async def test_the_article_of_a_ticket_is_read_by_who_may_see_it(knowledge: Knowledge) -> None:
    ticket = new_id()
    made = await write_of_ticket(knowledge, ticket, "Known error", state="draft", visibility="agents")
    request = rpc.GetArticleOfTicketRequest(ticket_id=str(ticket))
    answer = rpc.GetArticleOfTicketResponse
    assert (await knowledge.call("GetArticleOfTicket", request, answer)).article.id == made.id
    with pytest.raises(NotFound):
        await knowledge.call("GetArticleOfTicket", request, answer, scopes=("kb.read_agents",))
    with pytest.raises(NotFound):
        await knowledge.call("GetArticleOfTicket", request, answer, tenant=knowledge.globex)
