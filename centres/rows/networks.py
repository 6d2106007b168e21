"""Rows of the sheet of networks: one row a membership, found by network, centre, role and first day."""

from dataclasses import dataclass
from functools import cached_property, partial

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.core.text import squash
from directory.imports.choices import Outcome
from directory.imports.rows.checking import Write
from directory.imports.rows.result import shown
from directory.imports.rows.storing import ChangeRecorder, Counts, attributes_of, batches

from ..models import Centre, Membership, Network
from ..sheets import NetworkSheet
from .places import NamesCentre, Places


@dataclass
class MemberWork:
    membership: Membership
    attributes: list[str]
    renames: bool = False


class NetworkProcessor(NamesCentre):
    sheet = NetworkSheet
    label = gettext_lazy("Networks")
    centre_column = "centre"

    @classmethod
    def names(cls, keys, user):
        return {}  # its key says all of it

    @classmethod
    def edited_on(cls, record):
        return record.network

    def __init__(self, scope):
        super().__init__(scope)
        self.places = Places(self)
        self.networks: dict[str, Network] = {}
        self.renamed: dict[str, int] = {}
        self.memberships: dict[tuple, Membership] = {}

    def related(self, result, relation):
        return [(Network.change_kind, result.record.split("/")[0])] if relation == "network" else ()

    def look_up(self, results):
        slugs = {slugify(one.values["network"]) for one in results if "network" in one.values}
        stored = Network.objects.filter(slug__in=slugs - set(self.networks))
        self.networks |= {one.slug: one for one in stored}
        # Memberships are fetched anew: those of earlier rows are by now what these rows make of them.
        members = Membership.objects.filter(network__slug__in=slugs).select_related("network")
        self.memberships = {(one.network.slug, one.centre_id, one.role, one.since): one for one in members}

    def resolve(self, result):
        values = result.values
        slug = slugify(values.get("network", ""))
        if not slug:
            result.refuse("network", _("The network is missing. Each row needs a short name, like suhopl."))
        place = self.places.find(result, "centre")
        if not slug or place is None:
            return
        role, since = key = values.get("role", ""), values.get("since")
        result.record = "/".join([slug, place.code, role or "member", str(since or "")])
        if self.is_duplicate((slug, place.id, *key), result, "network"):
            return
        stored = self.memberships.get((slug, place.id, *key))
        network = self._network(result, slug)
        member = stored or self._new_member(result, place, *key)
        member.network = network
        member.centre = Centre(pk=place.id, code=place.code)
        attributes = self.compare(result, member, self.sheet.compared())
        self._check_order(result, member)
        if not result.is_bad and result.changes:
            work = MemberWork(member, attributes, self.renamed.get(slug) == result.number)
            result.accept(work, is_new=stored is None)

    def _check_order(self, result, member):
        """As the constraint, with the day on which it begins."""
        if member.since and member.until and member.since > member.until:
            sentence = _("A membership cannot end before it begins (%(since)s).")
            result.refuse("until", sentence % {"since": member.since})

    def _new_member(self, result, place, role, since) -> Membership:
        result.change("centre", "", place.code)
        for name, value in (("role", role), ("since", since)):
            if value:
                result.change(name, "", self.sheet.written(name, value))
        return Membership(role=role, since=since)

    def _network(self, result, slug) -> Network:
        """The network of that slug, perhaps a new one; the first row that names it decides its name."""
        network, name = self.networks.get(slug), result.values.get("network_name")
        if network is None:
            network = Network(
                slug=slug, name_en=name or result.values["network"], state=self.scope.state_of_new
            )
            self.checker.check_values(result, Write(network, "network"))
            if result.is_bad:
                return network  # what a refused row calls it binds no other row
            self.networks[slug] = network
            self.renamed[slug] = result.number
            result.on_refusal(partial(self.networks.pop, slug))
            result.on_refusal(partial(self.renamed.pop, slug))
            result.change("network_name", "", network.name_en)
            self._doubt_name(result, slug, network.name_en)
        elif name and name != network.name_en and not result.is_bad:
            if slug in self.renamed:
                said = {"row": self.renamed[slug], "name": shown(network.name_en)}
                result.refuse(
                    "network_name", _("Row %(row)d calls the same network “%(name)s”. Use one name.") % said
                )
            else:
                self.renamed[slug] = result.number
                result.on_refusal(partial(self.renamed.pop, slug))
                result.change("network_name", network.name_en, name)
                self._doubt_name(result, slug, name)
                result.touch(network)
                network.name_en = name
        return network

    def _doubt_name(self, result, slug, name) -> None:
        """Hold back a row with the short name of one network and the name of another."""
        other = self._names.get(squash(name), slug)
        if other != slug:
            told = {"name": shown(name), "other": other, "network": slug}
            result.doubt(
                Outcome.CONFLICT, "network_name",
                _("“%(name)s” means the network %(other)s, but the row is about %(network)s.") % told,
                _("Correct the one that is wrong, or accept the row if it is about %(network)s.") % told,
            )  # fmt: skip

    @cached_property
    def _names(self) -> dict[str, str]:
        """Slugs of the stored networks by each of their names."""
        rows = Network.objects.values_list("slug", "slug", "name_en", "name_nl", "name_fr", "name_de")
        return {squash(name): slug for slug, *names in rows for name in names if squash(name)}

    def writes(self, result):
        work = result.work
        network = work.membership.network
        if network.pk is None or work.renames:
            yield Write(network, "network", ["name_en"], shared=network)
        yield Write(work.membership, "network", work.attributes)

    def touched(self, works):
        renamed = {one.membership.network.pk for one in works if one.renames} - {None}
        members = [one.membership.pk for one in works if one.membership.pk]
        return {Network: list(renamed), Membership: members} | self.places.touched()

    def store(self, works) -> Counts:
        recorder = ChangeRecorder(self.scope.actor)
        self._store_networks(works, recorder)
        for batch in batches(works):
            members = [work.membership for work in batch]
            for one in members:
                one.network_id = one.network.pk
            recorder.write(members, attributes_of(batch))
        self.places.learn(recorder)
        return recorder.counts

    def _store_networks(self, works, recorder):
        """New networks of good rows, and those that got another name."""
        wanted = {work.membership.network.slug: work.membership.network for work in works}
        renamed = {work.membership.network.slug for work in works if work.renames}
        changed = [one for slug, one in wanted.items() if not one.pk or slug in renamed]
        recorder.write(changed, ["name_en"])
