#!/usr/bin/python3
"""sessions.py - an application that shows each of its users what he may see

It holds an app token, exchanges it for a session by proof and puts that
session in force for one transaction after the other, as a web application
does for each request. Tokens and hashes go to the server as bind parameters,
apart from the text of the statement: psycopg 3 does that, psycopg2 does not.

The connection comes from PGHOST, PGPORT and so on, the rest from the
arguments; without any they fit the playground of "./dev psql":

    sessions.py [--role reader] [widget id] [app token id] [query]

The app token itself is read from the environment variable APPTOKEN.
"""

import argparse
import contextlib
import hashlib
import os

import psycopg


def exchange(connection, widget_id, apptoken_id, apptoken):
    """Returns the token of a new session, after proving the app token."""
    with connection.transaction():
        (widget,) = connection.execute(
            "SELECT session_token FROM authz_start_widget_session(%s)", [widget_id]
        ).fetchone()
        connection.execute("SELECT set_config('authz.session', %s, true)", [widget])
        proof = hashlib.sha256((widget + apptoken).encode()).hexdigest()
        (token,) = connection.execute(
            "SELECT session_token FROM authz_start_session(%s, %s)", [apptoken_id, proof]
        ).fetchone()
        return token


@contextlib.contextmanager
def session(connection, token):
    """A transaction in which the token's session is in force, and not after it."""
    with connection.transaction():
        connection.execute("SELECT authz_use_session(%s)", [token])
        yield connection


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("widget_id", nargs="?", default="_1")
    parser.add_argument("apptoken_id", nargs="?", default="playground")
    parser.add_argument("query", nargs="?", default="SELECT title, owner FROM article ORDER BY title")
    parser.add_argument("--role", default="reader", help="database role to connect as")
    arguments = parser.parse_args()
    apptoken = os.environ.get("APPTOKEN", "the-token-of-the-playground")

    with psycopg.connect(user=arguments.role, autocommit=True) as connection:
        token = exchange(connection, arguments.widget_id, arguments.apptoken_id, apptoken)
        with session(connection, token):
            (user_id,) = connection.execute("SELECT authz_current_user_id()").fetchone()
            print(f"{user_id} sees:")
            for row in connection.execute(arguments.query):
                print("   ", *row)
        (rows,) = connection.execute(f"SELECT count(*) FROM ({arguments.query}) AS q").fetchone()
        print(f"after the transaction, nobody sees: {rows} rows")


if __name__ == "__main__":
    main()
