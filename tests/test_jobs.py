"""The queue in which all visitors' work is done: who comes first, and who never waits."""

import threading

import pytest

from gatesweep.app.jobs import Queue, Session, Worker

HEAVY = 60.0


class Task:
    """Something that runs until it is let go."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.began.set()
        self.may_end.wait()

    def put(self, queue: Queue, owner: object, seconds: float = 0.0, delay: float = 0.0) -> "Task":
        queue.put(self, self.may_end.set, owner, seconds, delay)
        return self


@pytest.fixture
def queue():
    made = Queue(heavy=2, small=1)
    yield made
    made.close()


def test_small_work_waits_for_nothing_heavy(queue):
    heavy = [Task().put(queue, owner, HEAVY) for owner in range(5)]
    small = Task().put(queue, "small")
    assert small.began.wait(10)
    assert heavy[0].began.wait(10) and heavy[1].began.wait(10)
    assert not any(task.began.is_set() for task in heavy[2:])
    heavy[0].may_end.set()
    assert heavy[2].began.wait(10)


def test_one_visitor_has_one_heavy_job_at_a_time(queue):
    first, second = (Task().put(queue, "one", HEAVY) for _ in range(2))
    other = Task().put(queue, "other", HEAVY)
    assert first.began.wait(10) and other.began.wait(10) and not second.began.is_set()
    other.may_end.set()
    small = Task().put(queue, "one")
    assert small.began.wait(10) and not second.began.is_set()
    first.may_end.set()
    assert second.began.wait(10)


def test_the_shorter_goes_first_but_nobody_waits_for_ever(queue):
    running = [Task().put(queue, owner, HEAVY) for owner in "ab"]
    assert all(task.began.wait(10) for task in running)
    long, short = Task().put(queue, "c", 9.0), Task().put(queue, "d", 1.0)
    waited = Task().put(queue, "e", 9.0, delay=-100)
    before = running[0]
    for task in (waited, short, long):
        before.may_end.set()
        assert task.began.wait(10)
        assert sum(t.began.is_set() for t in (waited, short, long)) == 1 + (waited, short, long).index(task)
        before = task


def test_what_is_to_wait_waits_and_is_then_done_though_nothing_else_comes(queue):
    done = []
    task = Task()
    queue.put(lambda: done.append("late") or task.began.set(), task.may_end.set, 1, delay=0.2)
    queue.put(lambda: done.append("now"), task.may_end.set, 2)
    assert task.began.wait(10) and done == ["now", "late"]
    assert queue.length == 0


def test_a_queue_that_closes_stops_what_runs_and_drops_the_rest():
    queue = Queue(heavy=1, small=1)
    running, waiting = Task().put(queue, 1, HEAVY), Task().put(queue, 2, HEAVY)
    assert running.began.wait(10)
    queue.close()
    assert running.may_end.is_set() and queue.length == 0 and not waiting.began.is_set()


def test_work_that_fails_is_logged_and_the_next_is_done(caplog):
    queue, done = Queue(heavy=1, small=0), threading.Event()
    for _ in range(3):
        queue.put(lambda: 1 / 0, done.set, "one", HEAVY)
    queue.put(done.set, done.set, "other", HEAVY)
    assert done.wait(10)
    queue.close()
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError] * 3


def test_a_worker_waits_until_its_newest_job_is_published():
    published = []
    worker = Worker(lambda job: published.append(job.result))
    worker.submit(lambda job: "old", delay=30)
    worker.submit(lambda job: "new")
    worker.wait()
    assert published == ["new"]


def test_without_a_loop_two_workers_publish_one_after_the_other():
    session, both, met = Session(), threading.Barrier(2), []

    def publish(job):
        try:
            both.wait(2)  # The other one comes in meanwhile, if it may.
            met.append(job)
        except threading.BrokenBarrierError:
            pass

    ready = threading.Barrier(2)
    workers = [session.worker(publish) for _ in range(2)]
    for worker in workers:
        worker.submit(lambda job: ready.wait(30))
    for worker in workers:
        worker.wait()
    assert both.broken and not met
