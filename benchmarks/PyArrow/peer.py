"""The official Arrow Flight implementation: as a server that keeps batches in memory, and as the client of any Flight server.

serve                          prints the port; ends with its input
client                         takes one JSON request a line on its input and answers each with a line of JSON:
  {"op": "put", "uri", "token"?, "commands": [...], "rows", "bytes"}   a stream a command, each of `bytes` in batches of `rows` rows
  {"op": "get", "uri", "token"?, "tickets": [...]}                     every stream is read to its end
"""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.flight as flight

COLUMNS = 4


class MemoryServer(flight.FlightServerBase):
    def __init__(self):
        super().__init__("grpc://127.0.0.1:0")
        self.streams = {}

    def do_put(self, context, descriptor, reader, writer):
        self.streams[descriptor.command] = (reader.schema, [chunk.data for chunk in reader])

    def do_get(self, context, ticket):
        schema, batches = self.streams[ticket.ticket]
        return flight.GeneratorStream(schema, batches)


def serve():
    server = MemoryServer()
    print(server.port, flush=True)
    sys.stdin.read()
    server.shutdown()


def batch_of(rows):
    columns = [pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(os.urandom(rows * 8))]) for _ in range(COLUMNS)]
    return pa.record_batch(columns, names=[f"c{i}" for i in range(COLUMNS)])


def options_of(request):
    token = request.get("token")
    return flight.FlightCallOptions(headers=[(b"authorization", b"Bearer " + token.encode())] if token else [])


def put(request, descriptor, batch):
    with flight.connect(request["uri"]) as connection:
        writer, reader = connection.do_put(descriptor, batch.schema, options_of(request))
        count = request["bytes"] // batch.nbytes
        for _ in range(count):
            writer.write_batch(batch)
        writer.done_writing()
        last = None
        while (message := reader.read()) is not None:
            last = message.to_pybytes().decode()
        writer.close()
        return {"bytes": count * batch.nbytes, "last": last}


def get(request, ticket):
    with flight.connect(request["uri"]) as connection:
        chunks = connection.do_get(flight.Ticket(ticket.encode()), options_of(request))
        return {"bytes": sum(chunk.data.nbytes for chunk in chunks)}


def measure(calls):
    """All calls at a time; a call that fails, fails all."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(len(calls)) as pool:
        results = [future.result() for future in [pool.submit(*call) for call in calls]]
    return {"seconds": time.perf_counter() - begin, "results": results}


def client():
    batches = {}
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "put":
            rows = request["rows"]
            if rows not in batches:
                batches[rows] = batch_of(rows)
            descriptors = [flight.FlightDescriptor.for_command(command.encode()) for command in request["commands"]]
            answer = measure([(put, request, descriptor, batches[rows]) for descriptor in descriptors])
        else:
            answer = measure([(get, request, ticket) for ticket in request["tickets"]])
        print(json.dumps(answer), flush=True)


{"serve": serve, "client": client}[sys.argv[1]]()
