import os

assert os.uname().sysname == "mpy-freeze"
