"""What an ingest of files keeps in memory while it waits for the service."""

import threading

from scripted import serving

from textkin import Client
from textkin.cli._intake import MOST_UNREPORTED, Intake, Report
from textkin.cli._progress import Watch
from textkin.cli._sources import Sources
from textkin.v1 import textkin_service_pb2 as pb

BAD_LINES = 100_000


class Drawn(Sources):
    """Sources that count what is drawn of them, and the most that was not yet reported at a time."""

    def observe(self, report):
        self.report = report
        self.count = self.most = 0
        self.is_much = threading.Event()

    def read(self, source, skip=0):
        for record in super().read(source, skip):
            self.count += 1
            self.most = max(self.most, self.count - self.report.counts.total())
            if self.count > MOST_UNREPORTED:
                self.is_much.set()
            yield record


def test_bad_lines_behind_an_article_on_its_way_are_not_gathered_without_limit(write, capsys):
    path = write("x.jsonl", '{"id": "a", "text": "A story."}\n' + "no JSON\n" * BAD_LINES)
    sources = Drawn([str(path)], None, "utf-8")

    def late(requests, _context):
        for request in requests:
            assert sources.is_much.wait(60)
            created = pb.BatchIngestResult(outcome="INGEST_OUTCOME_CREATED")
            yield pb.BatchIngestArticlesResponse(results=[created] * len(request.articles))

    with (
        serving(BatchIngestArticles=late) as address,
        Client(address) as client,
        Watch("articles", sources, prints=True) as watch,
    ):
        report = Report(watch, None, as_json=False, by_file=False)
        sources.observe(report)
        Intake(report, None).take(client, sources, sources.files(), collection="", search=None)
    assert report.counts == {"created": 1, "failed": BAD_LINES}
    assert sources.most <= MOST_UNREPORTED + 1
    assert len(capsys.readouterr().err.splitlines()) == BAD_LINES
