import platform

assert platform.platform() and platform.python_compiler()
