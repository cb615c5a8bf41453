"""datetime: arithmetic, formatting, parsing, comparison."""
from datetime import date, datetime, timedelta, timezone

N = 1500


def run(n):
    start = datetime(2020, 1, 1, tzinfo=timezone.utc)
    step = timedelta(hours=7, minutes=13)
    total = 0
    moments = []
    for i in range(n):
        moment = start + step * i
        moments.append(moment)
        text = moment.isoformat()
        total += datetime.fromisoformat(text) == moment
        total += len(moment.strftime('%Y-%m-%d %H:%M'))
        total += (moment - start).days + moment.weekday()
    moments.sort(reverse=True)
    day = date(2024, 1, 1)
    for i in range(n):
        day += timedelta(days=1)
        total += day.toordinal() & 1
    total += datetime.strptime('2024-05-06', '%Y-%m-%d').day
    return total
