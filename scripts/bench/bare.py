"""A bare view: what the server, Flask and one pooled statement cost, over which pages are quoted."""

import os

import psycopg
from flask import Flask, Response
from psycopg_pool import ConnectionPool

app = Flask(__name__)
POOL: ConnectionPool[psycopg.Connection] = ConnectionPool(
    os.environ["FLOOR_DATABASE"], min_size=8, max_size=12, open=True
)


@app.get("/")
def page() -> Response:
    with POOL.connection() as connection:
        row = connection.execute("SELECT count(*) FROM seasons").fetchone()
    return Response(f"<!doctype html><title>{row}</title>", content_type="text/html; charset=utf-8")
