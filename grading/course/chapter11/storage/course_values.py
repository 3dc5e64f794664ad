"""Files, paths and texts of section 11.10 of the course."""

from __future__ import annotations

from typing import Final

EPHEMERAL_FILE: Final = "temptest.yaml"
EMPTYDIR_FILE: Final = "pod-with-volume.yaml"
MANUAL_VOLUME_FILE: Final = "manual-pv.yaml"
MANUAL_CLAIM_FILE: Final = "manual-pvc.yaml"
MANUAL_POD_FILE: Final = "pod-with-pvc.yaml"
DYNAMIC_CLAIM_FILE: Final = "dynamic-pvc.yaml"
DYNAMIC_POD_FILE: Final = "dynamic-pod.yaml"

PORT: Final = 80
"""The port of the web server in dynamic-pod.yaml (11.10.7.3)."""

DYNAMIC_CLASS: Final = "local-path"
"""The class that dynamic-pvc.yaml uses: the default one of k3s (11.10.7.3)."""

LOG: Final = "/tmp/app.log"  # noqa: S108 - the course's own path, in the container
WRITTEN_NAME: Final = "file.txt"
"""The file that the containers of pod-with-volume.yaml and pod-with-pvc.yaml write on their volumes."""
IMPORTANT_NAME: Final = "important.txt"
"""The file that the student writes on the volume of pod-with-pvc.yaml (11.10.7.2)."""
IMPORTANT_TEXT: Final = "Important data"
