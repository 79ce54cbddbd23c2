"""pyarrow.flight as the server of the client under test. Prints its port, then serves until its standard input ends."""
import sys
import threading

import pyarrow as pa
import pyarrow.flight as flight


class Server(flight.FlightServerBase):
    def __init__(self, **options):
        super().__init__("grpc://127.0.0.1:0", **options)
        self.tables = {}

    def key(self, descriptor):
        return b"/".join(descriptor.path)

    def do_put(self, context, descriptor, reader, writer):
        batches = []
        for chunk in reader:
            batches.append(chunk.data)
            writer.write(b"%d" % len(batches))
        self.tables[self.key(descriptor)] = pa.Table.from_batches(batches, reader.schema)

    def do_get(self, context, ticket):
        if ticket.ticket == b"endless":
            batch = pa.record_batch([pa.array(range(1000))], names=["n"])
            return flight.GeneratorStream(batch.schema, iter(lambda: batch, None))
        if ticket.ticket not in self.tables:
            raise KeyError(f"no {ticket.ticket!r}")
        return flight.RecordBatchStream(self.tables[ticket.ticket])

    def get_flight_info(self, context, descriptor):
        table = self.tables[self.key(descriptor)]
        endpoint = flight.FlightEndpoint(self.key(descriptor), ["grpc://127.0.0.1:1"], None, b"meta")
        return flight.FlightInfo(table.schema, descriptor, [endpoint], table.num_rows, table.nbytes, True, b"info")

    def get_schema(self, context, descriptor):
        return flight.SchemaResult(self.tables[self.key(descriptor)].schema)

    def list_flights(self, context, criteria):
        for key in sorted(self.tables):
            yield self.get_flight_info(context, flight.FlightDescriptor.for_path(*key.split(b"/")))

    def do_exchange(self, context, descriptor, reader, writer):
        writer.begin(reader.schema)
        for chunk in reader:
            writer.write_batch(chunk.data)

    def list_actions(self, context):
        return [("echo", "gives the body back")]

    def do_action(self, context, action):
        if action.type == "echo":
            return [flight.Result(action.body), flight.Result(b"done")]
        errors = {
            "Unavailable": flight.FlightUnavailableError,
            "Unauthenticated": flight.FlightUnauthenticatedError,
            "PermissionDenied": flight.FlightUnauthorizedError,
            "Internal": flight.FlightInternalError,
            "Unimplemented": NotImplementedError,
            "NotFound": pa.ArrowKeyError,
            "InvalidArgument": pa.ArrowInvalid,
        }
        raise errors[action.type](f"failed as asked: \u2603")


server = Server()
print(server.port, flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
server.serve()
