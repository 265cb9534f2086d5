"""Model file in, poems out. Never imports torch.

onnxruntime sends telemetry unless it is told not to before its first import; every way into this program imports
this package first, so it is told here.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
