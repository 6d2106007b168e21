from django.core.management.base import BaseCommand
from django.utils import timezone

from directory.core.mailing import mail_day
from directory.vouching import actions
from directory.vouching.models import Enquiry


class Command(BaseCommand):
    help = (
        "Ask the coordinators whose statuses are due, remind those who did not answer, and print the counts."
    )

    def handle(self, *args, **options):
        now = timezone.now()
        sent = actions.send_due(now)
        overdue = Enquiry.objects.overdue(mail_day(now)).count()
        self.stdout.write(
            f"{sent.asked} asked, {sent.reminded} reminded, {sent.failed} could not be sent, "
            f"{overdue} overdue."
        )
