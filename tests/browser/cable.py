"""A cable between browser and server that can be pulled out and put back."""

import asyncio
from types import TracebackType
from typing import Self

__all__ = ["Cable"]


class Cable:
    """Carries TCP connections to a port of this machine, from another one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pulled = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._plugged_in, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        self.pull()
        await self._server.wait_closed()

    @property
    def page(self) -> str:
        """The address of the page at this end."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    def pull(self) -> None:
        """Cut all connections, and let none be made."""
        self._pulled = True
        for end in self._ends:
            end.transport.abort()

    def put_back(self) -> None:
        self._pulled = False

    async def _plugged_in(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if self._pulled:
            near.transport.abort()
            return
        answers, far = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends |= {near, far}
        async with asyncio.TaskGroup() as carrying:
            carrying.create_task(self._carry(reader, far))
            carrying.create_task(self._carry(answers, near))
        self._ends -= {near, far}

    @staticmethod
    async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
