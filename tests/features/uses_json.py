import json

assert json.loads(json.dumps({"a": [1, None, True, "\n"]})) == {"a": [1, None, True, "\n"]}
