"""The smallest application behind a web server: it says how long the query was."""


def length_of_query(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(environ["QUERY_STRING"])).encode()]
