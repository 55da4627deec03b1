"""What was said goes into the record when the speaker stands by it; times add up."""

from __future__ import annotations

import pytest

from huitang_conference.services import speaking
from huitang_conference.services.speech_records import confirm_record, speech_records, spoken_times, write_record
from huitang_sdk.errors import Conflict, Forbidden, NotFound


async def spoken(sitting, name: str, seconds: int):
    """A finished speech of so many seconds."""
    chair = sitting.actors["chair"]
    speech = await speaking.call(sitting.ctx, chair, sitting.meeting_id, sitting.attendees[name])
    await speaking.finish(sitting.ctx, chair, speech)
    await sitting.hall.core.database.execute(
        "UPDATE conference.speech SET ended_at = started_at + make_interval(secs => $2) WHERE id = $1",
        *(speech, float(seconds)),
    )
    return speech


async def test_times_add_up_per_person_and_overruns_are_told(sitting):
    await spoken(sitting, "member1", 400)
    await spoken(sitting, "member2", 901)
    await spoken(sitting, "member1", 600)
    reader = sitting.actors["clerk"]
    times = await spoken_times(sitting.ctx, reader, sitting.meeting_id)
    assert [(time.name, time.speeches, time.seconds) for time in times] == [("member1", 2, 1000), ("member2", 1, 901)]
    records = await speech_records(sitting.ctx, reader, sitting.meeting_id)
    assert [(r.name, r.ordinal, r.spoken, r.is_over) for r in records] == [
        ("member1", 1, 400, False),
        ("member2", 1, 901, True),
        ("member1", 2, 600, False),
    ]


async def test_only_the_speaker_confirms_and_a_changed_record_is_confirmed_anew(sitting):
    speech = await spoken(sitting, "member1", 60)
    clerk, speaker = sitting.actors["clerk"], sitting.actors["member1"]
    with pytest.raises(Conflict):
        await confirm_record(sitting.ctx, speaker, speech)
    await write_record(sitting.ctx, clerk, speech, "赞成报告。")
    with pytest.raises(Forbidden):
        await confirm_record(sitting.ctx, sitting.actors["member2"], speech)
    await confirm_record(sitting.ctx, speaker, speech)
    assert (await speech_records(sitting.ctx, clerk, sitting.meeting_id))[0].confirmed_at is not None
    await write_record(sitting.ctx, clerk, speech, "原则赞成报告。")
    record = (await speech_records(sitting.ctx, clerk, sitting.meeting_id))[0]
    assert (record.record, record.confirmed_at) == ("原则赞成报告。", None)


async def test_strangers_read_nothing_and_members_write_nothing(sitting):
    speech = await spoken(sitting, "member1", 60)
    with pytest.raises(NotFound):
        await speech_records(sitting.ctx, sitting.actors["stranger"], sitting.meeting_id)
    with pytest.raises(Forbidden):
        await write_record(sitting.ctx, sitting.actors["member1"], speech, "改写")
