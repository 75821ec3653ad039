"""`tracker import`: the way of the upload page, one file after the other, with the worker's part done at once."""

import sys
import time
from pathlib import Path

import click

from tracker.access import Act, Permission
from tracker.cli.extract import bytes_of
from tracker.cli.support import say, speech, wired
from tracker.foundation import jobs
from tracker.foundation.errors import Forbidden, Invalid, ReportUnreadable, TrackerError
from tracker.foundation.jobs import Job, JobState
from tracker.foundation.language import N_
from tracker.people.queries import act_of, find_user_by_email, list_coordinators
from tracker.reports import importing
from tracker.reports.rules.drafts import Confidentiality
from tracker.wiring import Wiring

MEGABYTE = 1024 * 1024
PATIENCE = 0.2


class NobodyToActFor(Invalid):
    """There is no coordinator, and nobody was named."""

    message = N_("沒有可以匯入報告的人員。請先建立一位研考，或以 --as 指定電子郵件。")


class PersonUnknown(Invalid):
    """Nobody active has the address that was named."""

    message = N_("找不到電子郵件為 %(email)s 的使用中人員。")


@click.command("import", help=N_("匯入報告並擷取建議事項，等候研考審閱。"))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--confidentiality",
    type=click.Choice([each.value for each in Confidentiality]),
    default=Confidentiality.PUBLIC.value,
    help=N_("機密等級：public 公開，restricted 限閱。"),
)
@click.option("--as", "email", metavar="EMAIL", help=N_("以誰的名義匯入；省略時為第一位研考。"))
def import_command(files: tuple[Path, ...], confidentiality: str, email: str | None) -> None:
    """Import each file in turn; a bad one is told on stderr and does not stop the others."""
    failed = 0
    with wired() as wiring:
        act = _act(wiring, email)
        for file in files:
            try:
                job = _import(wiring, act, file, Confidentiality(confidentiality))
            except TrackerError as error:
                failed += 1
                click.echo(f"{file}: {error.text(speech())}", err=True)
            else:
                say(
                    N_("%(file)s：已匯入「%(title)s」，候選建議 %(drafts)s 則"),
                    **{"file": file, **job.result},
                )
    say(N_("已匯入 %(done)s 個檔案，失敗 %(failed)s 個。"), done=len(files) - failed, failed=failed)
    sys.exit(ReportUnreadable.exit_code if failed else 0)


def _act(wiring: Wiring, email: str | None) -> Act:
    with wiring.database.reading() as session:
        if email:
            user = find_user_by_email(session, email)
            if user is None or not user.is_active:
                raise PersonUnknown(email=email)
        else:
            user = next(iter(list_coordinators(session)), None)
            if user is None:
                raise NobodyToActFor
        act = act_of(session, user, wiring.clock.now(), wiring.settings.site.zone)
    if not act.by.may(Permission.Report.IMPORT):
        raise Forbidden
    return act


def _import(wiring: Wiring, act: Act, file: Path, confidentiality: Confidentiality) -> Job:
    max_bytes = wiring.settings.reading.max_megabytes * MEGABYTE
    data = bytes_of(file, max_bytes)
    with wiring.database.transaction() as session:
        wanted = importing.request_import(
            session, act, wiring.files, file.name, data, max_bytes, confidentiality
        ).id
    job = _ended(wiring, wanted)
    if job.state is not JobState.DONE:
        raise TrackerError(job.message, **job.message_values)
    return job


def _ended(wiring: Wiring, job_id: int) -> Job:
    """Do what waits until the job has ended; a worker that runs beside this command may be the one who does it."""
    handlers = {importing.KIND: wiring.handlers()[importing.KIND]}
    while True:
        with wiring.database.reading() as session:
            job = jobs.find_job(session, job_id)
        if job is None or job.state in jobs.ENDED:
            break
        if not jobs.run_next(wiring.database, handlers, wiring.clock):
            time.sleep(PATIENCE)
    if job is None:
        raise TrackerError
    return job
