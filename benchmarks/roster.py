"""Who takes part, in the order of the tables."""

from __future__ import annotations

from .contestant import Contestant
from .floor import Floor
from .host import BareUv, Host
from .ours import Grpc, Http, Pipe
from .peers.appose import Appose
from .peers.connection import MultiprocessingConnection
from .peers.execnet import Execnet
from .peers.grpc import BareGrpc
from .peers.http import BareHttp
from .peers.ipykernel import Ipykernel
from .peers.ipyparallel import Ipyparallel
from .peers.pyro import Pyro
from .peers.rpyc import Rpyc

ROSTER: dict[str, type[Contestant]] = {
    contestant.name: contestant
    for contestant in (
        Floor,
        Pipe,
        Http,
        Grpc,
        MultiprocessingConnection,
        Execnet,
        Rpyc,
        Pyro,
        Appose,
        Ipykernel,
        Ipyparallel,
        BareGrpc,
        BareHttp,
        Host,
        BareUv,
    )
}
