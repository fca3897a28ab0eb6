// The VM that runs manifests has no machine below it.
#pragma once
