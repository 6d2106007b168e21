"""What the documentation says, in one place: of the API, of each parameter, of each problem."""

INTRODUCTION = """\
Where children with cancer in Belgium can enter a clinical trial, and whom to ask. Reading is open to
everybody; a key raises the limit and lets a centre send its sheets.

Every answer to a GET has an `ETag`: send it back as `If-None-Match` and an unchanged answer is a 304 without
a body. An unknown parameter or a bad value is a 400 that names it and what is allowed. Errors are
`application/problem+json` (RFC 9457). A parameter that takes several values is repeated
(`status=recruiting&status=suspended` means either); different parameters narrow each other.

`/api/v1/` lists every address. Every answer says in `RateLimit` how many requests are left; after a 429 or
a 503 come back when `Retry-After` has passed. A contact that is withdrawn here must go from every copy:
`changes/` brings the record anew, replace it whole. Version 1 adds and never removes: ignore names you
do not know.
"""

KEYS = (
    "`Authorization: Api-Key <key>`. Reading needs no key, and any key reads, whatever its scopes: "
    "it raises the limit. Imports need a key with the scope `imports`."
)

TAGS = [
    {"name": "Trials", "description": "Clinical trials with their sites."},
    {"name": "Sites", "description": "One trial at one centre, and whether it recruits there."},
    {"name": "Centres", "description": "Hospitals that treat children with cancer."},
    {"name": "Networks", "description": "Centres that work together."},
    {
        "name": "Vocabulary",
        "description": "The classification of diseases, and what somebody who types may mean.",
    },
    {"name": "Changes", "description": "What changed, in order; and how complete and how old all of it is."},
    {"name": "Imports", "description": "Sheets sent by a program: planned, looked at, applied."},
    {"name": "About", "description": "This description."},
]

# What no filter is. name: (what it means, an example; empty for none)
PARAMETERS: dict[str, tuple[str, object]] = {
    "page_size": ("Results a page.", 50),
    "cursor": ("A place in the list: follow `next` and `previous`, do not make one.", ""),
    "facets": ("`1` counts the values of each filter within the results.", "1"),
    "fields": ("Only these top-level names of a document, separated by commas.", ""),
    "include": ("`match` adds to each result its score, its distance in km and why it was found.", "match"),
    "as_of": (
        "As it was at the end of this day, in Brussels: of what is public today and was then. Of sites with "
        "`trial` or `centre`, and then only these, `status` and `fields` beside it.",
        "",
    ),
    "lang": ("Language of the names.", "nl"),
    "since": ("The `last_seq` of the answer before; 0 for everything from the beginning.", 0),
    "limit": ("At most so many changes.", 200),
    "status": ("Where the run is on its way.", "planned"),
    "kind": ("What the rows of the sheet are.", "sites"),
    "outcome": ("Only the rows with this outcome.", "invalid"),
    "mode": ("`good`: all good rows; `all`: nothing unless no row is left out but by your decisions.", "all"),
    "only": ("`bad`: only the rows that were left out, with their numbers in a column.", "bad"),
}

# `kind` of an import is another thing.
KIND_OF_CHANGE = ("Only changes of these records. A site's are told with its trial.", "trial")

PROBLEMS = {
    "bad-parameter": "A parameter is unknown or has a value that cannot be used. `errors` names each.",
    "bad-request": "The body cannot be read or lacks something. `errors` names the fields.",
    "bad-key": "The key is missing, unknown, expired or revoked.",
    "forbidden": "The key is good, but has not the scope or the centre that this needs.",
    "not-found": "No listed record, or no address, of that name.",
    "method-not-allowed": "The header `Allow` lists what the address knows.",
    "not-acceptable": "The `Accept` header excludes JSON.",
    "length-required": "The body came without `Content-Length` (chunked), so it was not read.",
    "conflict": "An import is in a state from which this step is not possible. `see` is where to go on; open "
    "questions are named by their keys, with the answers allowed.",
    "too-large": "The body is larger than a sheet may be.",
    "unsupported-media-type": "The body is not of the media type that the address reads.",
    "refused": "The file was refused before any row was read. `errors` says why.",
    "too-many-requests": "The limit of requests a minute is used up. `Retry-After` says when to come back.",
    "not-ready": "The database or the index does not answer. `Retry-After` says when to try again.",
    "internal-error": "An error on our side. It was logged under the answer's `X-Request-ID`.",
}
