"""Small methods on many objects: tasks that pass packets under a scheduler."""
N = 900


class Packet:
    def __init__(self, kind, payload):
        self.kind = kind
        self.payload = payload
        self.hops = 0


class Task:
    def __init__(self, name, priority):
        self.name = name
        self.priority = priority
        self.queue = []
        self.waiting = False
        self.done = 0

    def accept(self, packet):
        packet.hops += 1
        self.queue.append(packet)
        self.waiting = False

    def ready(self):
        return not self.waiting and bool(self.queue)

    def step(self, scheduler):
        packet = self.queue.pop(0)
        self.done += 1
        self.handle(packet, scheduler)
        if not self.queue:
            self.waiting = True


class Worker(Task):
    def handle(self, packet, scheduler):
        packet.payload = (packet.payload * 31 + self.priority) % 10007
        scheduler.send('device' if packet.payload & 1 else 'handler', packet)


class Handler(Task):
    def handle(self, packet, scheduler):
        if packet.kind == 'work':
            packet.kind = 'data'
            scheduler.send('device', packet)
        elif packet.hops < 40:
            packet.kind = 'work'
            scheduler.send('worker', packet)


class Device(Task):
    def handle(self, packet, scheduler):
        if packet.hops < 40:
            scheduler.send('worker' if packet.payload % 3 else 'handler', packet)


class Scheduler:
    def __init__(self):
        self.tasks = [Worker('worker', 3), Handler('handler', 2), Device('device', 1)]
        self.by_name = {task.name: task for task in self.tasks}

    def send(self, name, packet):
        self.by_name[name].accept(packet)

    def next_task(self):
        for task in self.tasks:
            if task.ready():
                return task
        return None

    def loop(self):
        while (task := self.next_task()) is not None:
            task.step(self)


def run(n):
    scheduler = Scheduler()
    for i in range(n):
        scheduler.send('worker', Packet('work', i))
        if i % 8 == 7:
            scheduler.loop()
    scheduler.loop()
    return [task.done for task in scheduler.tasks]
