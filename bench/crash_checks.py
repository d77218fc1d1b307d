"""Whether a service that has come up again holds what its journal says: by listings, single reads, searches and ingests."""

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import grpc

from crash_journal import Journal, Key, article_of, text_of
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import INGEST_OUTCOME_UNCHANGED, Article
from textkin.v1.comparison_pb2 import RELATION_IDENTICAL

_PAGE = 1_000
_QUERIES = 200
_GONE_SEARCHED = 60
_READ_SINGLY = 30

Item = TypeVar("Item")


class Findings:
    """What is wrong, by its kind: "lost", "half-applied", or "disagreeing" for answers that contradict each other."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.lines: list[str] = []

    def add(self, kind: str, what: str) -> None:
        """Adds one."""
        self.counts[kind] += 1
        self.lines.append(f"{kind}: {what}")


def verify(address: str, journal: Journal, draw: random.Random) -> Findings:
    """Compares the whole service with the journal, which begins anew with what was found."""
    findings = Findings()
    with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        found = _listed(stub, journal, findings)
        _judge(found, journal, findings)
        journal.settle(found)
        _read(stub, found, list(journal.gone(draw, _READ_SINGLY)), draw, findings)
        _search(stub, found, list(journal.gone(draw, _GONE_SEARCHED)), findings)
        _ingest_again(stub, found, findings)
    return findings


def _listed(stub: Any, journal: Journal, findings: Findings) -> dict[Key, int]:
    """Returns the version that each article has by the listings, whose articles must be whole and counted right."""
    collections = stub.ListCollections(pb.ListCollectionsRequest(page_size=_PAGE)).collections
    there = {each.id: each.created_at.ToNanoseconds() for each in collections}
    for problem in journal.collections_found(there):
        findings.add("lost", problem)
    found: dict[Key, int] = {}
    for collection in collections:
        count = 0
        for article in _articles(stub, collection.id):
            count += 1
            key = Key(collection.id, article.id)
            version = int(article.metadata.get("version", "0"))
            if not _is_whole(article, key, version):
                findings.add("half-applied", f"{key} is not what was sent as version {version}")
            if key in found:
                findings.add("disagreeing", f"{key} is listed twice")
            found[key] = version
        if count != collection.article_count:
            findings.add("disagreeing", f"{collection.id} lists {count}, counts {collection.article_count}")
    total = stub.GetServiceInfo(pb.GetServiceInfoRequest()).article_count
    if total != len(found):
        findings.add("disagreeing", f"{len(found)} articles are listed, {total} counted")
    return found


def _articles(stub: Any, collection: str) -> Iterator[Article]:
    request = pb.ListArticlesRequest(collection_id=collection, page_size=_PAGE, include_text=True)
    while True:
        page = stub.ListArticles(request)
        yield from page.articles
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return


def _is_whole(article: Article, key: Key, version: int) -> bool:
    sent = Article()
    sent.CopyFrom(article)
    sent.ClearField("ingested_at")
    sent.ClearField("detected_language")
    return article.HasField("ingested_at") and sent == article_of(key, version)


def _judge(found: dict[Key, int], journal: Journal, findings: Findings) -> None:
    """Every acknowledged change must be there, and of the others nothing that was never sent."""
    journal.infer(found)
    possible = journal.possible()
    for key, versions in possible.items():
        if found.get(key) not in versions:
            findings.add("lost", f"{key} has version {found.get(key)}, may have {versions}")
    for key in found.keys() - possible.keys():
        findings.add("lost", f"the deletion of {key} before the last known state")


def _read(
    stub: Any, found: dict[Key, int], gone: Sequence[tuple[Key, int]], draw: random.Random, findings: Findings
) -> None:
    """Single reads must tell what the listings tell."""
    some = draw.sample(sorted(found), min(_READ_SINGLY, len(found)))
    for key in {*some, *(key for key, _ in gone)}:
        request = pb.GetArticleRequest(collection_id=key.collection, article_id=key.article_id)
        try:
            article = stub.GetArticle(request).article
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND or key in found:
                findings.add("disagreeing", f"{key} is read with {error.code()}, listed: {key in found}")
        else:
            if key not in found or not _is_whole(article, key, found[key]):
                findings.add("disagreeing", f"{key} is not read as it is listed")


def _search(stub: Any, found: dict[Key, int], gone: Sequence[tuple[Key, int]], findings: Findings) -> None:
    """Every article must be found by its text, and no text found that was replaced or deleted."""
    asked: defaultdict[str, list[tuple[str, int, bool]]] = defaultdict(list)
    for key, version in found.items():
        asked[key.collection].append((key.article_id, version, True))
    for key, version in gone:
        if key.collection in asked:
            asked[key.collection].append((key.article_id, version, False))
    for collection, queries in asked.items():
        for some in _parts(queries, _QUERIES):
            texts = [pb.InlineText(text=text_of(version), language="en") for _, version, _ in some]
            request = pb.BatchSearchRequest(
                collection_id=collection, queries=[pb.BatchSearchQuery(inline=text) for text in texts]
            )
            for (article_id, version, is_there), result in zip(
                some, stub.BatchSearch(request).results, strict=True
            ):
                first = result.matches[0] if result.matches else None
                if is_there != (
                    first is not None
                    and first.article_id == article_id
                    and first.comparison.score == 1
                    and first.comparison.relation == RELATION_IDENTICAL
                ) or (first is not None and not is_there):
                    what = f"version {version} of {collection}/{article_id}"
                    findings.add("disagreeing", f"{what}: stored {is_there}, found {first is not None}")


def _ingest_again(stub: Any, found: dict[Key, int], findings: Findings) -> None:
    """The same articles again must change nothing."""
    requests = (
        pb.IngestArticlesRequest(collection_id=key.collection, article=article_of(key, version))
        for key, version in found.items()
    )
    for key, answer in zip(found, stub.IngestArticles(requests), strict=True):
        if answer.outcome != INGEST_OUTCOME_UNCHANGED:
            findings.add("disagreeing", f"{key} again: outcome {answer.outcome}, status {answer.status.code}")


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in itertools.count(0, size):
        if start >= len(items):
            return
        yield items[start : start + size]
