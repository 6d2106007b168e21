"""The demo registry: it tells what the demo's sheets say, in the real registries' forms, and no more."""

import csv
import json
import re
import subprocess
import sys
import urllib.request
from collections import Counter

import pytest

from config.env import BASE_DIR
from trials.choices import Recruitment
from trials.sources.demo_registry import ctgov, ctis, facts
from trials.sources.demo_registry.server import RESOURCE, DemoRegistry
from trials.sources.demo_registry.shape import found, texts

KNOWN = facts.of_the_demo()
IDENTIFICATION = ("protocolSection", "identificationModule")


@pytest.fixture(scope="module")
def registry():
    with DemoRegistry(KNOWN) as serving:
        yield serving


def ask(registry, target, method="GET", body=b""):
    """Status and content of an answer: JSON, or a text."""
    reply = registry.reply(method, target, body, None)
    text = reply.body.decode()
    return reply.status, json.loads(text) if "json" in reply.headers.get("Content-Type", "") else text


def studies(registry, query):
    status, page = ask(registry, f"/api/v2/studies?{query}")
    assert status == 200, page
    return {one["protocolSection"]["identificationModule"]["nctId"] for one in page["studies"]}


def search(registry, **asked):
    return ask(registry, "/ctis-public-api/search", "POST", json.dumps(asked).encode())


def sheet(name, delimiter):
    with (facts.DEMO / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


# The demo's facts, and none beside them


def test_every_trial_of_the_demo_with_a_number_and_a_status_is_known():
    rows = [row for row in sheet("trials.csv", ",") if row["status"]]
    assert set(KNOWN.ctgov) == {row["nct_number"] for row in rows} - {""}
    assert set(KNOWN.ctis) == {row["eu_ct_number"] for row in rows} - {""}
    assert (len(KNOWN.ctgov), len(KNOWN.ctis)) == (119, 3)


def test_nothing_is_said_that_the_sheets_do_not_say():
    """Every text of every record stands in the demo's sheets, but for the registries' own words."""
    sheets = " ".join(path.read_text("utf-8-sig") for path in facts.DEMO.glob("*.csv"))
    own = {"EUDRACT_NUMBER", "CTIS", "REGISTRY", "OTHER", "ISRCTN", "Belgium", "Female, Male", "4", "5"}
    own |= {f"Belgium:{code}" for code in range(1, 13)} | {
        text for pair in ctis._PHASES.values() for text in pair
    }
    centres = {str(cell) for row in facts._workbook("centres.xlsx") for cell in row.values()}
    known = {re.sub(r"\s+", " ", cell).casefold() for cell in re.split(r"[;,\n|\"]", sheets)}
    everything = re.sub(r"\s+", " ", sheets.replace('""', '"')).casefold()
    for record in [*KNOWN.ctgov.values(), *KNOWN.ctis.values()]:
        for text in set(texts(record)) - own - centres:
            plain = re.sub(r"\s+", " ", text).casefold()
            assert plain in everything or plain in known or _day(text) in everything, text


def _day(text):
    return "-".join(reversed(text.split("/")))


def test_sites_of_both_registries_are_those_of_the_sheet():
    rows = sheet("sites.csv", ";")
    statuses = Counter(row["status"].upper() for row in rows if row["nct_number"] in KNOWN.ctgov)
    places = [
        place
        for record in KNOWN.ctgov.values()
        for place in found(record, "protocolSection", "contactsLocationsModule", "locations") or []
    ]
    assert Counter(place.get("status", "") for place in places) == statuses
    assert all(place["country"] == "Belgium" and place["facility"] for place in places)
    at_ctis = [
        site
        for record in KNOWN.ctis.values()
        for part in found(record, "authorizedApplication", "authorizedPartsII") or []
        for site in part["trialSites"]
    ]
    assert len(at_ctis) == sum(row["eu_ct_number"] in KNOWN.ctis for row in rows) > 0


def test_what_nobody_said_is_left_out():
    silent = [row for row in sheet("trials.csv", ",") if row["nct_number"] and not row["status"]]
    assert silent
    assert not {row["nct_number"] for row in silent} & set(KNOWN.ctgov)
    for text in (json.dumps(one) for one in [*KNOWN.ctgov.values(), *KNOWN.ctis.values()]):
        assert '""' not in text
        assert "null" not in text
        assert "[]" not in text
        assert "{}" not in text


def test_a_day_known_by_month_is_no_day():
    partial = [row for row in sheet("trials.csv", ",") if row["nct_number"] and len(row["status_as_of"]) == 7]
    assert partial
    for row in partial:
        status = KNOWN.ctgov[row["nct_number"]]["protocolSection"]["statusModule"]
        assert status["statusVerifiedDate"] == row["status_as_of"]
        assert "lastUpdatePostDateStruct" not in status


def test_a_country_has_a_status_where_all_its_sites_agree():
    record = KNOWN.ctis["2022-501454-11-00"]
    assert record["authorizedApplication"]["memberStatesConcerned"] == [
        {"mscName": "Belgium", "mscPublicStatusCode": 4}
    ]
    assert set(ctis._CODES) < set(Recruitment.values)


# In the forms of the real registries


def paths(value, at=""):
    """Every path in `value` with the JSON type at its end."""
    if isinstance(value, dict):
        return {one for key, inner in value.items() for one in paths(inner, f"{at}.{key}")}
    if isinstance(value, list):
        return {one for inner in value for one in paths(inner, f"{at}[]")}
    kind = (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )
    return {(at.lstrip("."), kind)}


@pytest.fixture(scope="module")
def ctgov_fields(shared_data):
    """Path -> type, of the published list of fields."""
    lines = (shared_data / "ctgov/schema/ctgov_v2_fields.tsv").read_text().splitlines()
    return dict(line.split("\t")[:2] for line in lines if "\t" in line)


def test_every_path_of_a_study_is_one_of_clinicaltrials_gov(ctgov_fields, shared_data):
    enums = json.loads((shared_data / "ctgov/schema/ctgov_v2_enums.json").read_text())
    ours = {one for record in KNOWN.ctgov.values() for one in paths(record)}
    assert len(ours) > 25
    for path, kind in ours:
        # The list names the objects of a list by `[]` at its end, too.
        theirs = ctgov_fields.get(path) or ctgov_fields.get(path.removesuffix("[]"))
        assert theirs, path
        assert kind == ("number" if theirs.split()[0] in ("number", "integer") else "str"), (path, theirs)
    for record in KNOWN.ctgov.values():
        module = record["protocolSection"]
        assert {found(module, "statusModule", "overallStatus") or "UNKNOWN"} <= set(enums["Status"])
        assert set(found(module, "designModule", "phases") or []) <= set(enums["Phase"])
        assert {found(module, "designModule", "studyType")} <= set(enums["StudyType"])
        assert {found(module, "eligibilityModule", "sex") or "ALL"} <= set(enums["Sex"])
        kinds = {one["type"] for one in found(record, *IDENTIFICATION, "secondaryIdInfos") or []}
        assert kinds <= set(enums["SecondaryIdType"])


def test_every_path_of_a_ctis_record_is_in_a_real_one(shared_data):
    real, ours = set(), set()
    for path in (shared_data / "ctis").glob("*.json"):
        record = json.loads(path.read_bytes())
        # Records from before June 2024 have the same parts without the frame around them.
        parts = ("authorizedPartI", "authorizedPartsII", "memberStatesConcerned")
        framed = {part: record[part] for part in parts if part in record}
        real |= paths(record) | paths({"authorizedApplication": framed})
    for record in KNOWN.ctis.values():
        ours |= paths(record)
    assert len(ours) > 20
    assert ours - real == set()


def test_the_envelopes_are_the_real_ones(registry, shared_data):
    schema = (shared_data / "ctgov/schema/ctg-oas-v2.0.5.yaml").read_text()
    for name, target in (("PagedStudies", "studies?pageSize=1&countTotal=true"), ("Version", "version")):
        described = re.search(rf"^    {name}:\n.*?properties:\n(.*?)^      additional", schema, re.M | re.S)[
            1
        ]
        properties = set(re.findall(r"^        (\w+):", described, re.M))
        assert set(ask(registry, f"/api/v2/{target}")[1]) == properties | {"resource"}
    readme = (shared_data / "ctis/README.md").read_text()
    page = search(registry, searchCriteria={})[1]
    for name in ("totalRecords", "currentPage", "totalPages", "nextPage"):
        assert name in readme
        assert name in page["pagination"]


def test_real_records_out_of_a_folder_are_served_as_they_are(shared_data):
    known = facts.of_folder(shared_data / "ctgov/versions")
    file = shared_data / "ctgov/versions/NCT05537740__2026-02-24.json"
    assert known.ctgov["NCT05537740"] == json.loads(file.read_bytes()), "the last of three versions"
    known = facts.of_folder(shared_data / "ctis")
    with DemoRegistry(known, resource=None) as registry:
        page = search(registry, searchCriteria={"number": "2024-510663-34-00"})[1]
        (row,) = page["data"]
        assert (row["ctStatus"], row["trialCountries"]) == (4, ["Spain:4", "Italy:4"])
        assert row["sponsor"].startswith("Glaxosmithkline")
        assert row["conditions"] == "Influenza, Human"
        record = ask(registry, "/ctis-public-api/retrieve/2024-510663-34-00")[1]
        assert record == json.loads((shared_data / "ctis/2024-510663-34-00.json").read_bytes())
        assert search(registry, searchCriteria={}, sort={"property": "lastUpdated"})[1]["pagination"][
            "totalRecords"
        ] == len(known.ctis)


def test_a_folder_that_cannot_be_served_is_told(tmp_path):
    with pytest.raises(facts.BadFolder, match=r"holds no \.json file"):
        facts.of_folder(tmp_path)
    for text, sentence in (("{", "is not JSON"), ("[]", "it has no number of theirs")):
        (tmp_path / "record.json").write_text(text)
        with pytest.raises(facts.BadFolder, match=f"record.json.*{sentence}"):
            facts.of_folder(tmp_path)


# What it can be asked


def test_everything_it_says_is_said_by_the_demo_registry(registry):
    for target in ("/", "/api/v2/version", "/api/v2/studies", "/api/v2/studies/NCT04307576",
                   "/ctis-public-api/retrieve/2022-501454-11-00"):  # fmt: skip
        status, answer = ask(registry, target)
        assert (status, answer["resource"]) == (200, RESOURCE)
    assert {one["resource"] for one in ask(registry, "/api/v2/studies")[1]["studies"]} == {RESOURCE}


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("pageSize=1000", 119),
        ("pageSize=0", 10),
        ("pageSize=1000&filter.ids=NCT04307576,NCT03911128|NCT00000001", 2),
        ("pageSize=1000&filter.ids=NCT02797717", 1),
        ("pageSize=1000&query.term=AREA[LocationCountry]Belgium", 82),
        ("pageSize=1000&query.locn=Belgium Gent", 45),
        ("pageSize=1000&filter.advanced=AREA[LocationCountry]France", 0),
        ("pageSize=1000&filter.advanced=AREA[StdAge]CHILD", 119),
        ("pageSize=1000&query.cond=neuroblastoma OR Ewing sarcoma", 12),
        ("pageSize=1000&filter.advanced=AREA[LastUpdatePostDate]RANGE[2026-01-01,MAX]", 109),
        ("pageSize=1000&filter.advanced=AREA[LastUpdatePostDate]RANGE[MIN,2025-12-31]", 2),
        ("pageSize=1000&filter.overallStatus=RECRUITING,COMPLETED", 76),
    ],
)
def test_studies_are_filtered(registry, query, number):
    assert len(studies(registry, query)) == number


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("pagesize=5", "“pagesize” is not a parameter"),
        ("pageSize=-1", "pageSize: “-1” is not a whole number"),
        ("format=csv", "answers in JSON alone"),
        ("sort=EnrollmentCount", "sorts by LastUpdatePostDate alone"),
        ("filter.advanced=AREA[Secret]x", "“AREA[Secret]x” is not a term"),
        ("filter.advanced=Belgium", "“Belgium” is not a term"),
        ("fields=NCTId,Nothing", "“Nothing” is not a field"),
        ("pageToken=abc", "pageToken is none of this question's"),
    ],
)
def test_what_it_does_not_understand_it_says(registry, query, sentence):
    status, said = ask(registry, f"/api/v2/studies?{query}")
    assert status == 400
    assert sentence in said


def test_a_page_token_belongs_to_one_question(registry):
    token = ask(registry, "/api/v2/studies?pageSize=5&query.cond=leukemia")[1]["nextPageToken"]
    assert ask(registry, f"/api/v2/studies?pageSize=3&query.cond=leukemia&pageToken={token}")[0] == 200
    assert ask(registry, f"/api/v2/studies?pageSize=5&query.cond=sarcoma&pageToken={token}")[0] == 400


def test_only_the_fields_that_are_asked_for_are_sent(registry):
    names = "NCTId|StatusModule,protocolSection.designModule.phases"
    record = ask(registry, f"/api/v2/studies/NCT04307576?fields={names}")[1]
    module = KNOWN.ctgov["NCT04307576"]["protocolSection"]
    assert record == {
        "resource": RESOURCE,
        "protocolSection": {
            "identificationModule": {"nctId": "NCT04307576"},
            "statusModule": module["statusModule"],
            "designModule": {"phases": module["designModule"]["phases"]},
        },
    }


def test_the_last_updated_comes_first_where_that_is_asked(registry):
    for order, first in (("LastUpdatePostDate:asc", ""), ("LastUpdatePostDate", "2026-04-28")):
        page = ask(registry, f"/api/v2/studies?pageSize=1&sort={order}")[1]
        assert ctgov.updated(page["studies"][0]) == first


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        ({"containAll": "lymphoma children"}, {"2022-501454-11-00", "2023-508101-24-00"}),
        ({"medicalCondition": "rhabdoid"}, {"2022-501456-28-00"}),
        ({"sponsor": "gpoh"}, {"2022-501454-11-00", "2022-501456-28-00"}),
        ({"title": "rhabdoid", "status": [4], "number": None}, {"2022-501456-28-00"}),
        ({"number": "2022-501456-28-01"}, {"2022-501456-28-00"}),
        ({"status": [8]}, set()),
        ({"msc": [56], "ageGroupCode": [2]}, {"2022-501454-11-00", "2023-508101-24-00"}),
        ({"msc": [620]}, set()),
    ],
)
def test_ctis_is_searched(registry, criteria, numbers):
    status, page = search(registry, searchCriteria=criteria)
    assert status == 200
    assert {row["ctNumber"] for row in page["data"]} == numbers
    assert page["pagination"]["totalRecords"] == len(numbers)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"searchCriteria": {"productName": "x"}}, "“productName” is not one the demo registry knows"),
        ({"pagination": {"page": "1"}}, "page is not a whole number"),
        ({"pagination": {"page": 1, "size": -5}}, "size is not a whole number"),
        ({"sort": {"property": "colour"}}, "“colour” is none of"),
    ],
)
def test_ctis_says_what_it_does_not_understand(registry, asked, sentence):
    status, said = search(registry, **asked)
    assert status == 400
    assert sentence in said


def test_other_doors_are_closed(registry):
    assert ask(registry, "/ctis-public-api/search")[0] == 403
    assert ask(registry, "/ctis-public-api/search", "POST", b"{")[0] == 400
    for target in ("/api/v1/studies", "/api/v2/stats", "/etc/passwd", "/ctis-public-api/documents/1"):
        assert ask(registry, target)[0] == 404


# As a process


def started(*words):
    command = [sys.executable, "-m", "trials.sources.demo_registry", *words]
    return subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_as_a_process_it_says_where_it_answers(tmp_path):
    record = {"ctNumber": "2022-500000-00-00", "ctStatus": 4}
    (tmp_path / "record.json").write_text(json.dumps(record))
    with started("--from", str(tmp_path)) as process:
        url = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{url}/ctis-public-api/retrieve/2022-500000-00-00") as answer:
            assert json.load(answer) == record | {"resource": RESOURCE}
        process.terminate()


def test_as_a_process_it_answers_badly_where_that_is_asked_for():
    with started("--faults", "1", "--share", "1", "--fault", "html") as process:
        url = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{url}/api/v2/version") as answer:
            assert answer.headers["Content-Type"].startswith("text/html")
        process.terminate()


def test_as_a_process_it_says_why_it_does_not_start(tmp_path):
    with started("--from", str(tmp_path)) as process:
        assert "holds no .json file" in process.stderr.read()
        assert process.wait() == 1
