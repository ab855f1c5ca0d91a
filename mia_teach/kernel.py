"""A kernel of the Python that runs this, for notebooks that a program executes."""

import os
from pathlib import Path

import ipykernel.kernelspec
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager


class ThisPython(KernelSpecManager):
    """Whatever kernels are installed on this machine, python3 is the Python that runs this."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            resource_dir=ipykernel.kernelspec.RESOURCES, **ipykernel.kernelspec.get_kernel_dict()
        )


def kernel_manager(sockets: Path) -> AsyncKernelManager:
    """The manager of a kernel that is not started yet, for nbclient's ``NotebookClient(..., km=)``.

    Args:
        sockets: a folder of one's own. Except on Windows the kernel is reached through files in it, for others on the
            machine could listen to ports, and the kernel rightly warns of these.
    """
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())
    if os.name != "nt":
        manager.transport, manager.ip = "ipc", str(sockets / "kernel")
    return manager
