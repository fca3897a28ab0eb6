import re

assert re.match("(a+)(b*)", "aab").group(1) == "aa"
