"""The process that sets the pages of one large document: a child of the worker.

``python -m jobs.set_pages`` reads ``{"kind": …, "text": …}`` from its input, what
``extensions.meetup_pdf`` made, and writes the PDF to its output. It knows neither the base nor the
settings: killed, it leaves nothing.
"""

import json
import sys

from extensions.meetup_pdf import set_pages
from vocabulary.prints import PrintKind


def main() -> int:
    """Set the pages that the input describes; return the exit status."""
    order = json.load(sys.stdin)
    sys.stdout.buffer.write(set_pages(PrintKind(order["kind"]), str(order["text"])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
