"""Virtual methods and object graphs: one-way constraints planned and run along chains."""
N = 60


class Variable:
    def __init__(self, value):
        self.value = value
        self.constraints = []
        self.source = None
        self.mark = 0


class Constraint:
    def __init__(self, strength):
        self.strength = strength
        self.satisfied = False

    def stronger(self, other):
        return other is None or self.strength < other.strength

    def attach(self):
        for variable in self.variables():
            variable.constraints.append(self)


class Stay(Constraint):
    def __init__(self, variable, strength):
        super().__init__(strength)
        self.variable = variable
        self.attach()

    def variables(self):
        return (self.variable,)

    def output(self):
        return self.variable

    def execute(self):
        pass


class Linear(Constraint):
    def __init__(self, source, scale, offset, target, strength):
        super().__init__(strength)
        self.source, self.target = source, target
        self.scale, self.offset = scale, offset
        self.attach()

    def variables(self):
        return (self.source, self.target)

    def output(self):
        return self.target

    def execute(self):
        self.target.value = self.source.value * self.scale + self.offset


class Planner:
    def __init__(self):
        self.mark = 0

    def plan(self, start):
        self.mark += 1
        order, todo = [], [start]
        while todo:
            variable = todo.pop()
            if variable.mark == self.mark:
                continue
            variable.mark = self.mark
            for constraint in variable.constraints:
                target = constraint.output()
                if target is not variable and constraint.stronger(target.source):
                    target.source = constraint
                if target.source is constraint:
                    constraint.satisfied = True
                    order.append(constraint)
                    todo.append(target)
        return order


def run(n):
    planner = Planner()
    total = 0
    for round_number in range(6):
        chain = [Variable(i) for i in range(n)]
        for i in range(n - 1):
            Linear(chain[i], 1, i % 3, chain[i + 1], 2)
            if i + 2 < n:
                Linear(chain[i], 1, 1, chain[i + 2], 3)
        Stay(chain[-1], 5)
        for value in range(12):
            chain[0].value = value
            for constraint in planner.plan(chain[0]):
                constraint.execute()
            total += chain[-1].value
    return total
