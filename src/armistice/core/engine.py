"""Where the array engine runs and what it keeps: settings that must stand before it is loaded.

All cores of a machine without an accelerator count as devices of their own, numbers have 64 bits, and compiled
programs are kept in the user's cache, so that only the first run of a version pays for compiling.
"""

from __future__ import annotations

import os
from pathlib import Path

MOST_DEVICES = 8


def prepare_engine() -> None:
    """Settle the environment of the array engine; what the user has set already stays."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    flags = os.environ.get("XLA_FLAGS", "")
    for flag in ("xla_force_host_platform_device_count", "xla_cpu_parallel_codegen_split_count"):
        if flag not in flags:
            flags += f" --{flag}={min(cores, MOST_DEVICES)}"
    os.environ["XLA_FLAGS"] = flags.strip()
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(home / "armistice" / "compiled"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "0")
