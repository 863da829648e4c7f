"""The floor: a bare Flask view that parses JSON and does one pooled psycopg insert and commit."""

import os
import uuid

import psycopg
from flask import Flask, Response, request
from psycopg_pool import ConnectionPool

app = Flask(__name__)
POOL: ConnectionPool[psycopg.Connection] = ConnectionPool(
    os.environ["FLOOR_DATABASE"], min_size=8, max_size=12, open=True
)


@app.post("/ballot")
def ballot() -> Response:
    grades = request.get_json()["grades"]
    key = uuid.uuid4()
    with POOL.connection() as connection:
        connection.execute(
            "INSERT INTO floor (id, openness, highlights, service) VALUES (%s, %s, %s, %s)",
            (key, grades["openness"], grades["highlights"], grades["service"]),
        )
    return Response(f'{{"id": "{key}"}}', status=201, content_type="application/json")
