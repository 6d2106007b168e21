"""Whether the right trial comes first: the judged set on the demo registry, with the ten worst queries."""

from django.core.management import call_command

from bench import synthetic
from bench.harness import Report, measure
from tests.relevance import judging


@measure
def relevance(report: Report) -> None:
    call_command("migrate", verbosity=0)
    # A measure before this one may have left its own registry.
    synthetic.empty()
    with judging.demo_registry():
        verdicts = judging.judge(judging.read())
        print(judging.table(verdicts), flush=True)
        got = judging.figures(verdicts)
    synthetic.empty()
    for name, title in (("success_1", "success@1"), ("success_3", "success@3"), ("mrr", "MRR")):
        report(
            f"{title}, {len(verdicts)} judged queries", value=getattr(got, name), unit="share",
            baseline=judging.FLOORS[name], floor=1,
        )  # fmt: skip
    # A share that ought to be 0 has no ratio: its complement has.
    report(
        f"with any result, {len(verdicts)} judged queries", value=1 - got.nothing, unit="share",
        baseline=1 - judging.MOST_NOTHING, floor=1,
    )  # fmt: skip
