"""Rules of custom fields, against each question asked one by one."""

from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.field_rules import Standing, field_problems
from tickets.domain.fields import Definition

SLUGS = ("a", "b")
CONDITIONS = ("", "hot", "cold")
definitions = st.fixed_dictionaries(
    {
        slug: st.builds(
            Definition,
            slug=st.just(slug),
            name=st.just(slug),
            kind=st.just("text"),
            active=st.booleans(),
            required=st.booleans(),
            required_when=st.sampled_from(CONDITIONS),
            shown_when=st.sampled_from(CONDITIONS),
            types=st.sampled_from([(), ("incident",), ("task",)]),
        )
        for slug in SLUGS
    }
)
stands = st.builds(
    lambda kind, fields, weather: Standing("it", kind, fields, weather.__eq__),
    st.sampled_from(["incident", "task"]),
    st.dictionaries(st.sampled_from(SLUGS), st.just("x")),
    st.sampled_from(["hot", "cold"]),
)


def asked(definition: Definition, stand: Standing) -> bool:
    shown = not definition.shown_when or stand.holds(definition.shown_when)
    here = definition.active and (not definition.types or stand.kind in definition.types)
    demanded = definition.required or (definition.required_when and stand.holds(definition.required_when))
    return bool(here and shown and demanded)


@given(definitions, st.none() | stands, stands, st.sets(st.sampled_from(SLUGS)), st.booleans())
def test_a_value_is_refused_where_the_field_is_not_and_missed_where_it_became_necessary(
    fields: dict[str, Definition], before: Standing | None, after: Standing, given_: set[str], demanding: bool
) -> None:
    told = {
        path.removeprefix("fields.")
        for path, _ in field_problems(fields, before=before, after=after, given=given_, demanding=demanding)
    }
    expected = set()
    for slug, definition in fields.items():
        here = not definition.types or after.kind in definition.types
        shown = not definition.shown_when or after.holds(definition.shown_when)
        if slug in after.fields:
            if slug in given_ and not (definition.active and here and shown):
                expected.add(slug)
        elif demanding and asked(definition, after):
            is_news = before is None or slug in given_ or not asked(definition, before)
            expected |= {slug} if is_news else set()
    assert told == expected
