# Runs manifests through upstream's tools/manifestfile.py, a job a line, and prints what came out as JSON lines.
#
# Upstream takes files in the order in which the system lists them. Here os.walk sorts them, so that there is one
# order to compare with.
import json
import os
import sys

job_file, tools = sys.argv[1:3]
sys.path.insert(0, tools)
import manifestfile

system_walk = os.walk


def sorted_walk(top, **kwargs):
    for folder, folders, files in system_walk(top, **kwargs):
        folders.sort()
        files.sort()
        yield folder, folders, files


manifestfile.os.walk = sorted_walk

KINDS = {
    manifestfile.KIND_FREEZE_AS_MPY: "Python",
    manifestfile.KIND_FREEZE_MPY: "Mpy",
    manifestfile.KIND_FREEZE_AS_STR: "Text",
}


def listed(job):
    os.chdir(job["folder"])
    manifest = manifestfile.ManifestFile(manifestfile.MODE_FREEZE, dict(job["variables"]))
    for path in job["manifests"]:
        manifest.execute(path)
    files = []
    for file in manifest.files():
        version = file.metadata.version
        version = repr(version) if version else None
        files.append([file.full_path, file.target_path, KINDS[file.kind], file.opt, version])
    return files


with open(job_file) as jobs:
    for line in jobs:
        try:
            result = {"files": listed(json.loads(line))}
        except Exception as error:
            # What each including manifest adds is the chain of inclusion.
            while str(error).startswith("Error in manifest") and error.__context__ is not None:
                error = error.__context__
            result = {"type": type(error).__name__, "reason": str(error)}
        print(json.dumps(result))
