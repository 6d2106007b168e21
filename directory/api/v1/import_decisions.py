"""What a program decides of a plan: answers to its questions, rows taken and left out; and undoing a run."""

import orjson
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.parsers import JSONParser

from directory.imports import actions
from directory.imports.choices import Decision

from .. import addresses, parameters
from ..errors import Fault, Problem, bad_parameters
from ..openapi import Operation
from ..views import JSON
from . import shapes_imports as shapes
from .imports import NUMBER, ImportsView, check_length, conflict, private, run_body

MOST_BYTES = 1024 * 1024
LONGEST_KEY, LONGEST_ANSWER = 200, 200
MOST_ROWS = 60_000


class ImportQuestions(ImportsView):
    """What a plan asks, and the answers."""

    parser_classes = (JSONParser,)
    operations = {
        "get": Operation(
            id="listImportQuestions",
            tag="Imports",
            summary="What the plan of a run asks",
            answer=shapes.ImportQuestions,
            parameters=lambda: (NUMBER,),
            problems=(400, 404),
        ),
        "post": Operation(
            id="answerImportQuestions",
            tag="Imports",
            summary="Answer questions of a plan",
            description="The sheet is planned anew; decisions on single rows are made again after that.",
            answer=shapes.ImportRun,
            status=202,
            request={"application/json": shapes.ImportAnswers},
            parameters=lambda: (NUMBER,),
            problems=(400, 404, 409, 411, 413, 415),
        ),
    }

    def get(self, request, number):
        parameters.check(request.GET, ())
        run = self.run_of(request, number)
        asked = [_question(one, run.choices) for one in run.questions]
        return private(request, orjson.dumps({"questions": asked}))

    def post(self, request, number):
        parameters.check(request.GET, ())
        run = self.run_of(request, number)
        answers = body_of(request, ("answers",)).get("answers")
        if (
            not isinstance(answers, dict)
            or not answers
            or not all(_is_answer(*one) for one in answers.items())
        ):
            sentence = 'Send answers by key: {"answers": {"date:status_date": "dmy"}}.'
            raise bad_parameters([Fault("answers", sentence)])
        try:
            run = actions.answer(run=run, user=request.user, answers=answers)
        except actions.Refused as error:
            raise conflict(error) from None
        return HttpResponse(run_body(run), JSON, 202)


def _is_answer(key, value) -> bool:
    return isinstance(value, str) and len(key) <= LONGEST_KEY and len(value) <= LONGEST_ANSWER


def _question(one: dict, choices: dict) -> dict:
    names = ("key", "code", "message", "options", "suggested", "needed", "examples")
    return {name: one[name] for name in names} | {"answer": choices.get(one["key"])}


class ImportDecisions(ImportsView):
    """Which rows of a plan are stored, against what the plan says of them."""

    parser_classes = (JSONParser,)
    operations = {
        "post": Operation(
            id="decideImportRows",
            tag="Imports",
            summary="Take or leave out rows of a plan",
            description="A row of outcome `duplicate` or `conflict` that was held back is stored only if it "
            "is taken; a good row is stored unless it is left out. All of a request is decided, or nothing.",
            answer=shapes.ImportDecided,
            request={"application/json": shapes.ImportDecision},
            parameters=lambda: (NUMBER,),
            problems=(400, 404, 409, 411, 413, 415),
        )
    }

    def post(self, request, number):
        parameters.check(request.GET, ())
        run = self.run_of(request, number)
        body = body_of(request, Decision.values)
        faults = [
            Fault(name, "Send the numbers of rows as a list: [2, 7].")
            for name in Decision.values
            if not _are_numbers(body.get(name, []))
        ]
        if faults:
            raise bad_parameters(faults)
        try:
            done = actions.decide_all(
                run=run, user=request.user, decisions={name: body.get(name, []) for name in Decision.values}
            )
        except actions.Refused as error:
            raise conflict(error) from None
        return HttpResponse(orjson.dumps({"decided": done}), JSON)


def _are_numbers(value) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_ROWS
        and all(type(one) is int and 0 <= one < 10**7 for one in value)
    )


class ImportUndo(ImportsView):
    """Plan the reverse of an applied run, as a run of its own."""

    operations = {
        "post": Operation(
            id="undoImport",
            tag="Imports",
            summary="Undo an applied run",
            description="Answers with the run that undoes it (`undo_of`): follow `Location` until it is "
            "`planned`, look at its rows, and apply it. The run undone is `undoing`, then `undone`.",
            answer=shapes.ImportRun,
            status=202,
            parameters=lambda: (NUMBER,),
            problems=(400, 404, 409),
        )
    }

    def post(self, request, number):
        parameters.check(request.GET, ())
        run = self.run_of(request, number)
        try:
            run = actions.undo(run=run, user=request.user)
        except actions.Refused as error:
            raise conflict(error) from None
        location = addresses.absolute(reverse("api:import", args=[run.pk]))
        return HttpResponse(run_body(run), JSON, 202, headers={"Location": location})


def body_of(request, names) -> dict:
    """The JSON object sent. Problem 400, 411, 413 or 415 for anything else, or for unknown names."""
    check_length(request.META)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise Problem("too-large", 413, "The body may have at most 1 MB.")
    if request.content_type.partition(";")[0].strip() != JSON:
        raise Problem("unsupported-media-type", 415, f"Send the body as {JSON}.")
    try:
        found = orjson.loads(request._request.body)
    except orjson.JSONDecodeError as error:
        raise Problem("bad-request", 400, f"The body is not JSON: {error.msg}.") from None
    if not isinstance(found, dict):
        raise Problem("bad-request", 400, "The body is not a JSON object.")
    unknown = [name for name in found if name not in names]
    if unknown:
        allowed = ", ".join(names)
        raise bad_parameters(
            [
                Fault(name[:40], f"“{name[:40]}” is not known here. Use: {allowed}.", list(names))
                for name in unknown
            ]
        )
    return found
