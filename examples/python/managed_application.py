#!/usr/bin/python3
"""managed_application.py - a service makes an application that it manages for somebody

The same steps as the example of CERN's Authorization Service, with the same
payload: get a token for the API by client credentials, ask who one is, create
an application that is managed by oneself and owned by another. Where that
sends HTTP requests, this calls functions; secrets and tokens go to the server
as bind parameters.

The client must have the grant type client_credentials, and its identity be in
the group authorization-service-applications-managers. The connection comes from
PGHOST, PGPORT and so on, the client from CLIENT_ID and CLIENT_SECRET:

    managed_application.py [--role reader] [owner id] [application identifier]
"""

import argparse
import contextlib
import json
import os
import sys

import psycopg
from psycopg.rows import dict_row


def get_token(connection, client_id, client_secret):
    """POST …/api-access/token, grant_type client_credentials"""
    answer = connection.execute(
        "SELECT * FROM authz_client_credentials(%s, %s, %s)",
        [client_id, client_secret, "authorization-service-api"],
    ).fetchone()
    if answer["status"] != "ok":
        sys.exit(f"no token: {answer['status']}")
    return answer["access_token"]


@contextlib.contextmanager
def bearer(connection, token):
    """Authorization: Bearer …, for one transaction"""
    with connection.transaction():
        connection.execute("SELECT set_config('authz.session', %s, true)", [token])
        yield connection


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owner_id", nargs="?", default="79dc4216-83a0-4c7f-86ac-3f04e1f74c05")
    parser.add_argument("identifier", nargs="?", default="webframeworks-test1-myapps_name23")
    parser.add_argument("--role", default="reader", help="database role to connect as")
    arguments = parser.parse_args()

    with psycopg.connect(user=arguments.role, autocommit=True, row_factory=dict_row) as connection:
        # Get the API token
        token = get_token(connection, os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])

        # GET …/Identity/current: the internal id of the client
        with bearer(connection, token):
            me = connection.execute("SELECT * FROM authz_current_identity()").fetchone()
        print(f"I am {me['identity_id']}")

        # POST …/Application
        payload = {
            "applicationIdentifier": arguments.identifier,
            "description": "this is a sample",
            "displayName": "Web frameworks site myapps_name23 (test1)",
            "homePage": "https://example.cern.ch",
            "managerId": me["identity_id"],  # managed by the caller
            "ownerId": arguments.owner_id,  # owned by a person or service
        }
        print(json.dumps(payload, indent=2))
        with bearer(connection, token):
            made = connection.execute(
                """
                SELECT application_id, identity_id
                FROM authz_application_add(
                    application_identifier => %(applicationIdentifier)s,
                    description => %(description)s,
                    display_name => %(displayName)s,
                    home_page => %(homePage)s,
                    manager_id => %(managerId)s,
                    owner_id => %(ownerId)s)
                """,
                payload,
            ).fetchone()
        print(f"made {made['application_id']}, which is {made['identity_id']}")


if __name__ == "__main__":
    main()
