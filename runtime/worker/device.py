"""Devices that can train: CUDA, Apple's MPS, Intel's XPU and the CPU."""

import os
import platform
import sys
from pathlib import Path

import torch

from runtime.protocol.messages import Device


def devices() -> tuple[Device, ...]:
    """Every kind of device here, the one that "auto" takes first."""
    found = [_accelerator(kind) for kind in ("cuda", "xpu", "mps") if available(kind)]
    return (*found, Device("cpu", cpu_name(), total_memory()))


def available(kind: str) -> bool:
    """Can this kind of device ("cpu", "cuda", "mps" or "xpu") train here?"""
    if kind == "cpu":
        return True
    if kind == "mps":
        return torch.backends.mps.is_available()
    backend = getattr(torch, kind, None)
    return bool(backend and backend.is_available())


def device_name(device: torch.device) -> str:
    """What people call this device."""
    return cpu_name() if device.type == "cpu" else _accelerator(device.type).name


def memory_in_use(device: torch.device) -> int:
    """Bytes that torch holds on a device; on a CPU what the whole process holds."""
    if device.type in ("cuda", "xpu"):
        return int(getattr(torch, device.type).memory_allocated(device))
    if device.type == "mps":
        return int(torch.mps.current_allocated_memory())
    return process_memory()


def process_memory() -> int:
    """Bytes of this process in memory; its peak where the system does not tell; 0 if unknown."""
    statm = Path("/proc/self/statm")
    if os.path.exists(statm):
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def total_memory() -> int | None:
    """Bytes of memory in this machine, where the system tells."""
    try:
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return None


def cpu_name() -> str:
    """The processor's name and its number of cores, such as "AMD EPYC 7B13, 2 cores"."""
    cores = os.cpu_count() or 1
    name = _processor() or platform.machine() or "CPU"
    return f"{name}, {cores} core{'s' if cores > 1 else ''}"


def _accelerator(kind: str) -> Device:
    if kind == "mps":
        return Device("mps", f"Apple GPU ({_processor() or 'Metal'})", total_memory())
    properties = getattr(torch, kind).get_device_properties(0)
    return Device(kind, str(properties.name), int(properties.total_memory))


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
