"""The processes of one MPI job: which one this is, and what they tell each other.

``mpiexec -n 4 napari-neuron run ...`` starts them; every rank is a process with its own NEURON.
NEURON handles MPI itself, so no Python package for it is needed.
"""

from __future__ import annotations

import ctypes.util
import os
import tempfile
from typing import Any

from napari_neuron.engine.child_process import child_environment
from napari_neuron.engine.neuron_model import import_neuron
from napari_neuron.errors import NapariNeuronError, SimulationError

_SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS")
"""Environment variables in which Open MPI, MPICH and relatives give the number of processes."""


def ranks_started() -> int:
    """Return how many processes the MPI launcher that started this one has started; 1 without."""
    for name in _SIZES:
        if os.environ.get(name, "").isdecimal():
            return int(os.environ[name])
    return 1


class RankError(SimulationError):
    """One rank cannot continue, and so none can; all of them know."""


class Ranks:
    """All ranks; every method but ``leave`` has to be called by all of them.

    Making one starts MPI in this process.

    Attributes
    ----------
    id, n : int
        Number of this rank, from 0, and number of ranks.

    Raises
    ------
    NeuronNotAvailable
        If NEURON cannot be imported.
    SimulationError
        If there is no MPI library that NEURON can use.
    """

    def __init__(self) -> None:
        if "MPI_LIB_NRN_PATH" not in os.environ:
            # NEURON looks for libmpi.so, which only the packages for developers have.
            library = ctypes.util.find_library("mpi")
            if library is not None:
                os.environ["MPI_LIB_NRN_PATH"] = library
        h = _import_in_empty_folder()
        try:
            h.nrnmpi_init()
        except RuntimeError as error:
            raise SimulationError(
                f"NEURON cannot use MPI ({error}). Install Open MPI (Debian, Ubuntu: "
                "openmpi-bin), or name its library: MPI_LIB_NRN_PATH=/path/to/libmpi.so.40"
            ) from None
        self._context = h.ParallelContext()
        self.id = int(self._context.id())
        self.n = int(self._context.nhost())

    def gather(self, value: Any) -> list[Any] | None:
        """Return the values from all ranks, in order, on rank 0; None on the others."""
        gathered = self._context.py_gather(value, 0)
        return None if gathered is None else list(gathered)

    def broadcast(self, value: Any) -> Any:
        """Return the value from rank 0."""
        return self._context.py_broadcast(value, 0)

    def agree(self, error: Exception | None = None) -> None:
        """Meet the other ranks, and tell them of an error here.

        Raises
        ------
        RankError
            On all ranks, if something has gone wrong on one.
        """
        problem = None if error is None else str(error)
        for rank, found in enumerate(self._context.py_allgather(problem)):
            if found is not None:
                where = "" if rank == 0 else f"on rank {rank}: "
                raise RankError(where + found) from error

    def leave(self, status: int) -> None:
        """End this process; with a non-zero status the launcher ends the others."""
        if status == 0:
            self._context.barrier()
            import_neuron().quit()
        os._exit(status)


def _import_in_empty_folder() -> Any:
    """Import NEURON where it finds no compiled mechanisms to load by itself."""
    here = os.getcwd()
    kept = child_environment()
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"
    with tempfile.TemporaryDirectory(prefix="napari-neuron-") as folder:
        os.chdir(folder)
        try:
            return import_neuron()
        finally:
            os.chdir(here)


def in_one_line(error: BaseException) -> str:
    """Return the message of an error as one line; of one that is not ours with its kind."""
    text = " ".join(str(error).split())
    return (
        text
        if isinstance(error, NapariNeuronError | OSError)
        else f"{type(error).__name__}: {text}"
    )
