"""What the documentation says, in one place: of the API, of each parameter, of each problem."""

INTRODUCTION = """\
Where children with cancer in Belgium can enter a clinical trial, and whom to ask. Everybody may read; a key
raises the limit and lets a centre upload its sheets.

Every answer to a GET has an `ETag`. Send it back as `If-None-Match`: if nothing changed, the answer is a 304
without a body. An unknown parameter or a bad value is a 400 that names it and what is allowed. Errors are
`application/problem+json` (RFC 9457). Repeat a parameter to give it several values
(`status=recruiting&status=suspended` means either); different parameters narrow the result.

`/api/v1/` lists every address. Every answer says in `RateLimit` how many requests are left; after a 429 or
a 503, wait as long as `Retry-After` says. A contact that is withdrawn here must be removed from every copy:
`changes/` sends the whole record again; replace yours with it. Version 1 adds names and never removes them:
ignore names you do not know.
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
        "description": "The classification of diseases, and suggestions for what somebody types.",
    },
    {"name": "Changes", "description": "What changed, in order, and how complete and how old the data are."},
    {"name": "Imports", "description": "Sheets uploaded by a program: planned, checked, applied."},
    {"name": "About", "description": "This description."},
]

# What no filter is. name: (what it means, an example; empty for none)
PARAMETERS: dict[str, tuple[str, object]] = {
    "page_size": ("Results per page.", 50),
    "cursor": (
        "A position in the list: use it exactly as returned in `next` and `previous`.",
        "",
    ),
    "facets": ("`1` counts the values of each filter within the results.", "1"),
    "fields": ("Only these top-level names of a document, separated by commas.", ""),
    "include": ("`match` adds to each result its score, its distance in km and why it was found.", "match"),
    "as_of": (
        "What was public at the end of this day (Brussels time) and is still public today. For sites, give "
        "`trial` or `centre` as well; then only these, `status` and `fields` are allowed.",
        "",
    ),
    "lang": ("Language of the names.", "nl"),
    "since": ("The `last_seq` of the previous answer; 0 for everything from the beginning.", 0),
    "limit": ("The maximum number of changes.", 200),
    "status": ("The state of the run.", "planned"),
    "kind": ("The kind of sheet.", "sites"),
    "outcome": ("Only the rows with this outcome.", "invalid"),
    "mode": (
        "`good`: store all good rows. `all`: store nothing if any row is left out that you did not leave out "
        "yourself.",
        "all",
    ),
    "only": ("`bad`: only the rows that were left out, with their numbers in a column.", "bad"),
}

# `kind` of an import is another thing.
KIND_OF_CHANGE = ("Only changes of these records. Changes of a site come with its trial.", "trial")

PROBLEMS = {
    "bad-parameter": "A parameter is unknown or has a value that cannot be used. `errors` names each.",
    "bad-request": "The body cannot be read or lacks something. `errors` names the fields.",
    "bad-key": "The key is missing, unknown, expired or revoked.",
    "forbidden": "The key is valid, but does not have the scope or the centre that this needs.",
    "not-found": "There is no listed record or no address with that name.",
    "method-not-allowed": "The header `Allow` lists the methods of the address.",
    "not-acceptable": "The `Accept` header excludes JSON.",
    "length-required": "The body came without `Content-Length` (chunked), so it was not read.",
    "conflict": "This step is not possible in the present state of the import. `see` is the address to "
    "continue at; open questions are named by their keys, with the allowed answers.",
    "too-large": "The body is too large.",
    "unsupported-media-type": "The address does not accept this media type.",
    "refused": "The file was refused before any row was read. `errors` says why.",
    "too-many-requests": "You have used all requests of this minute. `Retry-After` says when to try again.",
    "not-ready": "The database or the index does not answer. `Retry-After` says when to try again.",
    "internal-error": "An error on our side. It was logged under the answer's `X-Request-ID`.",
}
