"""WeasyPrint as it comes, in one warm process: the file of a job on each line in, its milliseconds of processor time on each line out.

It is given the same style sheet, pictures and fonts; nothing else of ours is loaded, for ours changes how WeasyPrint writes.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import weasyprint
from weasyprint.urls import URLFetcher, URLFetcherResponse

from webapp.rendering.enclosure import pictures_of
from webapp.rendering.environment import STATIC

_FOLDERS = {".css": (STATIC / "css", "text/css"), ".svg": (STATIC / "documents", "image/svg+xml")}


class _Fetcher(URLFetcher):
    def __init__(self, pictures: dict[str, tuple[bytes, str]]) -> None:
        super().__init__(allowed_protocols={"asset"})
        self._pictures = pictures

    def fetch(self, url: str, _headers: object = None) -> Any:
        if url in self._pictures:
            content, kind = self._pictures[url]
        else:
            folder, kind = _FOLDERS[Path(url).suffix]
            content = (folder / url.removeprefix("asset:")).read_bytes()
        return URLFetcherResponse(url, content, {"Content-Type": kind})


def main() -> None:
    for line in sys.stdin:
        job = json.loads(Path(line.strip()).read_text(encoding="utf-8"))
        fetcher = _Fetcher(pictures_of(job))
        started = time.process_time()
        weasyprint.HTML(string=job["html"], url_fetcher=fetcher).write_pdf()
        print((time.process_time() - started) * 1000, flush=True)


if __name__ == "__main__":
    main()
