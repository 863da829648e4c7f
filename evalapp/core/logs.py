"""Logs: facts in the past tense with ids, one line each; never people's text, numbers, tokens or ballots."""

import logging
import sys

import structlog

from evalapp.core.settings import Settings


def configure(settings: Settings, *, level: int = logging.INFO) -> None:
    """Log to standard error: lines of JSON in production, readable ones in development; nothing below `level`."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.is_production
        else structlog.processors.LogfmtRenderer(sort_keys=False, bool_as_flag=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger that names its part of the program."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return logger
