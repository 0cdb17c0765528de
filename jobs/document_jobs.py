"""What the worker does for exchanged files once a day."""

from jobs.context import WorkerContext
from services.attachments import sweep_attachments


def sweep_documents(context: WorkerContext) -> None:
    """Delete the files that no document names any more."""
    sweep_attachments(context.session, context.settings.documents_dir, now=context.now)
