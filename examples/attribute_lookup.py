"""Where an attribute comes from."""


class Data:
    def __get__(self, obj, type=None):
        return 'from the data descriptor'

    def __set__(self, obj, value):
        pass


class NonData:
    def __get__(self, obj, type=None):
        return 'from the non-data descriptor'


class Example:
    data = Data()
    non_data = NonData()
    plain = 'from the class'

    def __init__(self):
        self.__dict__.update(data='instance', non_data='instance')

    def __getattr__(self, name):
        return 'nothing called %s' % name


e = Example()
print(e.data, e.non_data, e.plain, e.missing, sep='\n')
e.plain = 'from the instance'
print(e.plain, Example.plain)


class Loud:
    def __getattribute__(self, name):
        print('asked for', name)
        return object.__getattribute__(self, name)


loud = Loud()
loud.x = 1
print(loud.x)


class Recursive:
    def __getattribute__(self, name):
        return self.name


try:
    Recursive().anything
except RecursionError as error:
    print(type(error).__name__)
try:
    Example.plian
except AttributeError as error:
    print(error)
