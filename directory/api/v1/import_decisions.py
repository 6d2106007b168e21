"""What a program decides of a run: answers to its questions, rows taken and left out; apply, cancel, undo."""

from functools import partial

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema_view

from directory.imports import actions
from directory.imports.choices import Decision

from .. import parameters
from ..bodies import check_length, media_type_of
from ..errors import Fault, Problem, bad_parameters
from ..openapi import described
from ..views import JSON
from . import shapes_imports as shapes
from .import_problems import conflict
from .imports import CONFLICT, LOCATION, NUMBER, ImportsView, accepted, of_run, private

MOST_BYTES = 1024 * 1024
LONGEST_KEY, LONGEST_ANSWER = 200, 200
MOST_ROWS = 60_000
step_of_run = partial(of_run, request=None, responses={202: shapes.ImportRunSerializer, **CONFLICT})


class ImportStep(ImportsView):
    """Decide something of a run. A subclass names the step, and the parameters that it knows."""

    allowed: tuple[str, ...] = ()

    def post(self, request, number):
        parameters.check(request.GET, self.allowed)
        run = self.run_of(request, number)
        try:
            return self.step(run)
        except actions.Refused as error:
            raise conflict(error, run) from None

    def step(self, run) -> HttpResponse:
        raise NotImplementedError


@extend_schema_view(
    post=step_of_run(
        operation_id="answerImportQuestions",
        summary="Answer the questions of a plan",
        description="A new plan is made; decisions on single rows must then be made again.",
        request={JSON: shapes.ImportAnswersSerializer},
    )
)
class ImportQuestions(ImportStep):
    """What a plan asks, and the answers."""

    @of_run(
        operation_id="listImportQuestions",
        summary="The questions of a plan",
        responses=shapes.ImportQuestionsSerializer,
    )
    def get(self, request, number):
        parameters.check(request.GET, ())
        run = self.run_of(request, number)
        asked = [_question(one, run.choices) for one in run.questions]
        return private(request, orjson.dumps({"questions": asked}))

    def step(self, run):
        answers = body_of(self.request, ("answers",)).get("answers")
        if (
            not isinstance(answers, dict)
            or not answers
            or not all(_is_answer(*one) for one in answers.items())
        ):
            sentence = 'Send answers by key: {"answers": {"date:status_date": "dmy"}}.'
            raise bad_parameters([Fault("answers", sentence)])
        return accepted(actions.answer(run=run, user=self.request.user, answers=answers))


def _is_answer(key, value) -> bool:
    return isinstance(value, str) and len(key) <= LONGEST_KEY and len(value) <= LONGEST_ANSWER


def _question(one: dict, choices: dict) -> dict:
    names = ("key", "code", "message", "options", "suggested", "needed", "examples")
    return {name: one[name] for name in names} | {"answer": choices.get(one["key"])}


@extend_schema_view(
    post=step_of_run(
        operation_id="decideImportRows",
        summary="Accept or leave out rows of a plan",
        description="A row with the outcome `duplicate` or `conflict` that is held back is stored only if "
        "you accept it (`take`); a good row is stored unless you leave it out (`leave`). Either all "
        "decisions of a request count, or none.",
        responses={200: shapes.ImportDecidedSerializer, **CONFLICT},
        request={JSON: shapes.ImportDecisionSerializer},
    )
)
class ImportDecisions(ImportStep):
    """Which rows of a plan are stored, against what the plan says of them."""

    def step(self, run):
        body = body_of(self.request, Decision.values)
        faults = [
            Fault(name, "Send the row numbers as a list: [2, 7].")
            for name in Decision.values
            if not _are_numbers(body.get(name, []))
        ]
        if faults:
            raise bad_parameters(faults)
        decisions = {name: body.get(name, []) for name in Decision.values}
        done = actions.decide_all(run=run, user=self.request.user, decisions=decisions)
        return HttpResponse(orjson.dumps({"decided": done}), JSON)


def _are_numbers(value) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_ROWS
        and all(type(one) is int and 0 <= one < 10**7 for one in value)
    )


@extend_schema_view(
    post=step_of_run(
        operation_id="applyImport",
        summary="Apply a planned run",
        parameters=[NUMBER, described("mode", enum=("good", "all"))],
    )
)
class ImportApply(ImportStep):
    """Store what was planned: all good rows in one transaction, or nothing."""

    allowed = ("mode",)

    def step(self, run):
        mode = parameters.choice(self.request.GET, "mode", ("good", "all"), "good")
        actions.confirm(run=run, user=self.request.user, whole=mode == "all")
        run.refresh_from_db()
        return accepted(run)


@extend_schema_view(post=step_of_run(operation_id="cancelImport", summary="Cancel a run"))
class ImportCancel(ImportStep):
    """Let a run go that has not been applied."""

    def step(self, run):
        actions.cancel(run=run, user=self.request.user)
        run.refresh_from_db()
        return accepted(run)


@extend_schema_view(
    post=step_of_run(
        operation_id="undoImport",
        summary="Undo an applied run",
        description="Returns the run that undoes it (`undo_of`): follow `Location` until it is `planned`, "
        "check its rows, and apply it. The original run is `undoing`, then `undone`.",
        parameters=[NUMBER, LOCATION],
    )
)
class ImportUndo(ImportStep):
    """Plan the reverse of an applied run, as a run of its own."""

    def step(self, run):
        return accepted(actions.undo(run=run, user=self.request.user), follow=True)


def body_of(request, names) -> dict:
    """The JSON object sent. Problem 400, 411, 413 or 415 for anything else, or for unknown names."""
    check_length(request.META, most=MOST_BYTES, too_large="The body may have at most 1 MB.")
    if media_type_of(request.content_type) != JSON:
        raise Problem("unsupported-media-type", f"Send the body as {JSON}.")
    try:
        found = orjson.loads(request._request.body)
    except orjson.JSONDecodeError as error:
        raise Problem("bad-request", f"The body is not JSON: {error.msg}.") from None
    if not isinstance(found, dict):
        raise Problem("bad-request", "The body is not a JSON object.")
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
