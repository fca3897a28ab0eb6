"""The part of unittest that programs of MicroPython's test suite use.

Upstream's comes from micropython-lib, which a release doesn't have in it. What this prints at the end is what
`run-tests.py` looks for.
"""

import sys


class SkipTest(Exception):
    pass


class _Raises:
    def __init__(self, case, expected, message):
        self.case = case
        self.expected = expected
        self.message = message
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self.case.fail(self.message or "%r not raised" % (self.expected,))
        self.exception = value
        return issubclass(kind, self.expected)


class _SubTest:
    def __init__(self, case, message, params):
        self.case = case
        self.name = " ".join([str(m) for m in message] + ["%s=%r" % item for item in params.items()])

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None or not issubclass(kind, Exception):
            return False
        # The program goes on with its next case.
        self.case._result._note(self.case._name + " (" + self.name + ")", value)
        return True


class TestCase:
    _result = None
    _name = None

    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def addCleanup(self, function, *args, **kwargs):
        self._cleanups.append((function, args, kwargs))

    def doCleanups(self):
        while self._cleanups:
            function, args, kwargs = self._cleanups.pop()
            function(*args, **kwargs)

    def subTest(self, *message, **params):
        return _SubTest(self, message, params)

    def skipTest(self, reason):
        raise SkipTest(reason)

    def fail(self, msg=""):
        raise AssertionError(msg)

    def _check(self, holds, what, msg):
        if not holds:
            self.fail(msg or what)

    def assertTrue(self, x, msg=""):
        self._check(x, "%r is not true" % (x,), msg)

    def assertFalse(self, x, msg=""):
        self._check(not x, "%r is not false" % (x,), msg)

    def assertEqual(self, x, y, msg=""):
        self._check(x == y, "%r != %r" % (x, y), msg)

    def assertNotEqual(self, x, y, msg=""):
        self._check(x != y, "%r == %r" % (x, y), msg)

    def assertIs(self, x, y, msg=""):
        self._check(x is y, "%r is not %r" % (x, y), msg)

    def assertIsNot(self, x, y, msg=""):
        self._check(x is not y, "%r is %r" % (x, y), msg)

    def assertIsNone(self, x, msg=""):
        self._check(x is None, "%r is not None" % (x,), msg)

    def assertIsNotNone(self, x, msg=""):
        self._check(x is not None, "%r is None" % (x,), msg)

    def assertIn(self, x, y, msg=""):
        self._check(x in y, "%r is not in %r" % (x, y), msg)

    def assertNotIn(self, x, y, msg=""):
        self._check(x not in y, "%r is in %r" % (x, y), msg)

    def assertIsInstance(self, x, y, msg=""):
        self._check(isinstance(x, y), "%r is no %r" % (x, y), msg)

    def assertNotIsInstance(self, x, y, msg=""):
        self._check(not isinstance(x, y), "%r is a %r" % (x, y), msg)

    def assertLess(self, x, y, msg=""):
        self._check(x < y, "%r >= %r" % (x, y), msg)

    def assertLessEqual(self, x, y, msg=""):
        self._check(x <= y, "%r > %r" % (x, y), msg)

    def assertGreater(self, x, y, msg=""):
        self._check(x > y, "%r <= %r" % (x, y), msg)

    def assertGreaterEqual(self, x, y, msg=""):
        self._check(x >= y, "%r < %r" % (x, y), msg)

    def assertAlmostEqual(self, x, y, places=None, msg="", delta=None):
        if delta is None:
            near = x == y or round(abs(y - x), 7 if places is None else places) == 0
        else:
            near = abs(x - y) <= delta
        self._check(near, "%r is far from %r" % (x, y), msg)

    def assertNotAlmostEqual(self, x, y, places=None, msg="", delta=None):
        if delta is None:
            far = x != y and round(abs(y - x), 7 if places is None else places) != 0
        else:
            far = abs(x - y) > delta
        self._check(far, "%r is near %r" % (x, y), msg)

    def assertRaises(self, expected, function=None, *args, **kwargs):
        context = _Raises(self, expected, "")
        if function is None:
            return context
        with context:
            function(*args, **kwargs)

    def assertRaisesRegex(self, expected, pattern, function=None, *args, **kwargs):
        import re

        context = _Raises(self, expected, "")
        if function is None:
            return context
        with context:
            function(*args, **kwargs)
        self._check(re.search(pattern, str(context.exception)), "%r doesn't match" % pattern, "")


def skip(reason):
    def decorator(item):
        if isinstance(item, type):
            item.__unittest_skip__ = reason
            return item

        def skipped(self):
            raise SkipTest(reason)

        return skipped

    return decorator


def skipIf(condition, reason):
    return skip(reason) if condition else lambda item: item


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


def expectedFailure(function):
    def wrapper(self):
        try:
            function(self)
        except Exception:
            return
        self.fail("unexpected success")

    return wrapper


class TestResult:
    def __init__(self):
        self.testsRun = 0
        self.failures = 0
        self.errors = 0
        self.skipped = 0

    def wasSuccessful(self):
        return self.failures == 0 and self.errors == 0

    def _note(self, name, exception):
        if isinstance(exception, SkipTest):
            self.skipped += 1
            print(name, "... skipped:", exception)
            return
        if isinstance(exception, AssertionError):
            self.failures += 1
            print(name, "... FAIL")
        else:
            self.errors += 1
            print(name, "... ERROR")
        sys.print_exception(exception, sys.stdout)

    def _print(self):
        print("-" * 70)
        print("Ran %d tests\n" % self.testsRun)
        if not self.wasSuccessful():
            print("FAILED (failures=%d, errors=%d)" % (self.failures, self.errors))
        elif self.skipped:
            print("OK (skipped=%d)" % self.skipped)
        else:
            print("OK")


def _run_method(case, name, result):
    method = getattr(case, name)
    case._result = result
    case._name = "%s (%s)" % (name, type(case).__name__)
    case._cleanups = []
    result.testsRun += 1
    known = result.failures + result.errors + result.skipped
    try:
        case.setUp()
        try:
            method()
        finally:
            case.tearDown()
            case.doCleanups()
    except Exception as exception:
        result._note(case._name, exception)
    if known == result.failures + result.errors + result.skipped:
        print(case._name, "... ok")


def _run_class(cls, result):
    reason = getattr(cls, "__unittest_skip__", None)
    case = cls()
    names = [name for name in dir(case) if name.startswith("test") and callable(getattr(case, name))]
    if reason is not None:
        for name in names:
            result.testsRun += 1
            result._note("%s (%s)" % (name, cls.__name__), SkipTest(reason))
        return
    cls.setUpClass()
    try:
        for name in names:
            _run_method(case, name, result)
    finally:
        cls.tearDownClass()


def main(module="__main__"):
    if isinstance(module, str):
        module = __import__(module)
    result = TestResult()
    for name in sorted(dir(module)):
        item = getattr(module, name)
        if isinstance(item, type) and issubclass(item, TestCase) and item is not TestCase:
            _run_class(item, result)
    result._print()
    return result
