"""What only a server can do to an index: forget versions, refuse documents, be secured."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

import pytest

from service_catalog.engines.elastic import ElasticEngine, ElasticSettings
from service_catalog.engines.elastic_client import ServerSettings
from service_catalog.model.errors import ConfigurationError, EngineUnavailableError
from tests.contract.engines.differences import DIFFERENCES
from tests.contract.engines.kit import (
    DEFINITION,
    PATIENCE_S,
    ElasticKit,
    document,
    generation,
    gone,
    ids,
    query,
    serve,
    words,
)
from tests.servers.elasticsearch import ElasticsearchServer, running_elasticsearch


@pytest.fixture
def elastic(elastic_place: str) -> Iterator[ElasticEngine]:
    engine = ElasticKit(elastic_place).open()
    yield engine
    engine.close()


def test_older_write_when_the_server_forgot_the_deletion_then_nothing_is_resurrected(
    elastic: ElasticEngine, elasticsearch_server: ElasticsearchServer
) -> None:
    serve(elastic, [document("a", 1, "旧"), document("b", 1, "另")])
    elastic.apply([gone("a", 5)], seq=5)
    index = f"{elastic.settings.alias}-g1"
    with elasticsearch_server.client() as client:
        client.indices.put_settings(index=index, settings={"gc_deletes": "1ms"})
        time.sleep(0.5)
        client.indices.refresh(index=index)
        client.indices.forcemerge(index=index)

    counts = elastic.apply([document("a", 4, "旧"), document("c", 6, "新")], seq=6)

    assert (counts.applied, counts.stale) == (1, 1)
    assert ids(elastic.search(query()).candidates) == ["b", "c"]


def test_apply_when_the_server_refuses_a_document_then_it_is_told_and_the_others_go_in(
    elastic: ElasticEngine,
) -> None:
    serve(elastic, [])

    counts = elastic.apply([document("a", 2, "好"), document("b", 2, "坏", exact=("长" * 20_000,))], seq=2)

    assert counts.applied == 1
    assert [name for name, _ in counts.rejected] == ["b"]
    assert "32766" in counts.rejected[0][1]
    assert (elastic.status().seq, ids(elastic.search(query()).candidates)) == (2, ["a"])


def test_build_when_it_was_killed_then_it_is_unfinished_does_not_serve_and_can_be_dropped(
    elastic: ElasticEngine,
) -> None:
    serve(elastic, [document("a")])
    index = f"{elastic.settings.alias}-g2"
    elastic._server.create(  # what a killed build leaves: an index that never said it is complete
        index,
        settings={"number_of_replicas": 0},
        mappings={"_meta": {"generation": generation_json("g2"), "state": "building"}},
    )

    assert (elastic.status().generations, elastic.status().unfinished) == (("g1",), ("g2",))
    elastic.drop("g2")
    assert elastic.status().unfinished == ()


def generation_json(name: str) -> dict[str, object]:
    made = generation(name)
    return {field: getattr(made, field) for field in made.__dataclass_fields__}


def test_search_when_the_answer_has_more_groups_than_the_server_counts_then_all_are_counted(
    elastic: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service_catalog.engines.elastic_search.MAX_GROUPS", 2)
    serve(elastic, [document(f"d{n:02}", 1, "证", owner=f"1101{n:02}") for n in range(20)])

    found = elastic.search(words("证"))

    assert sorted(count for _, count in found.groups["record"]) == [1] * 20


def test_search_when_only_some_of_the_found_count_then_groups_are_those_of_the_first(
    elastic: ElasticEngine,
) -> None:
    owners = ["110112"] * 6 + ["120105"] * 4
    serve(elastic, [document(f"d{n:02}", 1, "证", owner=owner) for n, owner in enumerate(owners)])

    found = elastic.search(query(limit=7))

    counted = {values["owner"]: count for values, count in found.groups["record"]}
    assert (found.total, counted) == (7, {("110112",): 6, ("120105",): 1})


def test_server_when_secured_then_it_answers_who_knows_the_password_and_the_authority() -> None:
    with running_elasticsearch(secured=True) as server:
        access = server.access
        assert access is not None
        host = server.url.removeprefix("https://")

        def engine(password: str) -> ElasticEngine:
            url = f"https://{access.user}:{password}@{host}"
            settings = ServerSettings((url,), ca=access.ca, timeout_s=PATIENCE_S)
            return ElasticEngine(ElasticSettings(settings, f"test-{secrets.token_hex(4)}"), DEFINITION)

        assert ids(serve(engine(access.password), [document("a")]).search(query()).candidates) == ["a"]
        with pytest.raises(EngineUnavailableError, match="CATALOG_ENGINE_URL"):
            engine("wrong").build(generation(), [])
        stranger = ServerSettings((server.url,), timeout_s=PATIENCE_S)
        with pytest.raises(EngineUnavailableError):
            ElasticEngine(ElasticSettings(stranger), DEFINITION).build(generation(), [])


def test_server_when_nobody_listens_then_the_status_says_so_and_searches_fail_as_unavailable() -> None:
    engine = ElasticEngine(ElasticSettings(ServerSettings(("http://127.0.0.1:9",))), DEFINITION)

    assert engine.status().error is not None
    with pytest.raises(EngineUnavailableError):
        engine.search(query())


def test_settings_when_the_authority_file_is_missing_then_configuration_error(tmp_path) -> None:
    server = ServerSettings(("https://127.0.0.1:9200",), ca=tmp_path / "none.pem")

    with pytest.raises(ConfigurationError, match="CATALOG_ENGINE_CA"):
        ElasticEngine(ElasticSettings(server), DEFINITION)


def test_differences_when_listed_then_no_more_than_are_accepted() -> None:
    assert {(each.engine, each.what) for each in DIFFERENCES} == {
        ("elastic", "two builds at once"),
        ("elastic", "an answer may lag by the refresh interval and the age of the status"),
        ("elastic", "the fourth decimal of a score may be rounded the other way"),
        ("elastic", "tokens over 255 characters are cut into several"),
    }
    assert all(each.reason for each in DIFFERENCES)
