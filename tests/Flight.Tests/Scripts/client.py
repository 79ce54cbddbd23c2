"""pyarrow.flight as the client of the server under test: client.py SCENARIO LOCATION [ARGUMENT...]. Exit status 0 means all held."""
import sys

import pyarrow as pa
import pyarrow.flight as flight


def batches(schema_only=False):
    names = pa.array(["a", None, "ccc", "dd"])
    rows = pa.record_batch([pa.array([1, 2, None, 4], pa.int64()), names, pa.array(["x", "y", "x", None]).dictionary_encode()],
                           names=["n", "s", "d"])
    big = 1 << 20
    numbers = pa.array(range(big), pa.int64())
    return rows, pa.record_batch([numbers, numbers.cast(pa.float64())], names=["i", "f"])


def put_and_get(client):
    small, large = batches()
    assert large.nbytes == 16 << 20
    for name, batch, count in (("small", small, 100), ("large", large, 3), ("none", small, 0)):
        writer, results = client.do_put(flight.FlightDescriptor.for_path("run", name), batch.schema)
        for index in range(count):
            writer.write_with_metadata(batch, str(index).encode())
        writer.done_writing()
        said = 0
        while results.read() is not None:
            said += 1
        writer.close()
        assert said == count + 1 or batch is small and said == count + 2, said  # the schema, a dictionary, the batches

        reader = client.do_get(flight.Ticket(f"run/{name}"))
        assert reader.schema == batch.schema
        got = 0
        for chunk in reader:
            assert chunk.data.equals(batch)
            assert chunk.app_metadata.to_pybytes() == str(got).encode()
            got += 1
        assert got == count, got

        info = client.get_flight_info(flight.FlightDescriptor.for_path("run", name))
        assert info.schema == batch.schema
        assert info.total_records == -1 and info.total_bytes >= batch.nbytes * count
        assert info.descriptor.path == [b"run", name.encode()]
        assert info.ordered and info.app_metadata == b"info"
        endpoint, = info.endpoints
        assert endpoint.ticket.ticket == f"run/{name}".encode()
        assert endpoint.locations[0].uri == b"arrow-flight-reuse-connection://?"
        assert endpoint.expiration_time.value == 1893553445_000_000_000 and endpoint.app_metadata == b"endpoint"
        assert client.get_schema(flight.FlightDescriptor.for_path("run", name)).schema == batch.schema

    assert [info.descriptor.path[1] for info in client.list_flights()] == [b"large", b"none", b"small"]


def actions(client):
    assert [result.body.to_pybytes() for result in client.do_action(flight.Action("echo", b"\0\xff"))] == [b"\0\xff", b"done"]
    assert [(action.type, action.description) for action in client.list_actions()] == [("echo", "gives the body back")]


def exchange(client):
    _, large = batches()
    writer, reader = client.do_exchange(flight.FlightDescriptor.for_command(b"back"))
    with writer:
        writer.begin(large.schema)
        for _ in range(3):
            writer.write_batch(large)
            assert reader.read_chunk().data.equals(large)
        writer.done_writing()


def errors(client):
    expected = {
        "Cancelled": flight.FlightCancelledError,
        "Unknown": pa.ArrowException,
        "InvalidArgument": pa.ArrowInvalid,
        "DeadlineExceeded": flight.FlightTimedOutError,
        "NotFound": pa.ArrowKeyError,
        "AlreadyExists": pa.ArrowException,
        "PermissionDenied": flight.FlightUnauthorizedError,
        "ResourceExhausted": pa.ArrowInvalid,
        "Unimplemented": NotImplementedError,
        "Internal": flight.FlightInternalError,
        "Unavailable": flight.FlightUnavailableError,
        "Unauthenticated": flight.FlightUnauthenticatedError,
    }
    for code, error in expected.items():
        try:
            list(client.do_action(flight.Action("fail", code.encode())))
        except error as e:
            assert "\u2013 100 %" in str(e), str(e)
        except Exception as e:
            raise AssertionError(f"{code} is {type(e)}: {e}")
        else:
            raise AssertionError(f"{code} is not an error")
    try:
        list(client.do_action(flight.Action("defect", b"")))
    except flight.FlightInternalError as e:
        assert "secret" not in str(e)
    try:
        client.do_get(flight.Ticket(b"missing")).read_all()
    except pa.ArrowKeyError:
        pass
    try:
        list(client.do_action(flight.Action("wait", b""), flight.FlightCallOptions(timeout=0.3)))
    except flight.FlightTimedOutError:
        return
    raise AssertionError("the timeout did not end the call")


def cancel(client):
    small, _ = batches()
    writer, _ = client.do_put(flight.FlightDescriptor.for_path("run", "endless"), small.schema)
    writer.close()
    reader = client.do_get(flight.Ticket(b"endless"))
    reader.read_chunk()
    reader.cancel()
    try:
        for _ in range(1_000_000):
            reader.read_chunk()
    except flight.FlightCancelledError:
        return
    raise AssertionError("the call went on")


class PasswordHandler(flight.ClientAuthHandler):
    def __init__(self, password):
        super().__init__()
        self.password, self.token = password, None

    def authenticate(self, outgoing, incoming):
        outgoing.write(flight.BasicAuth("me", self.password).serialize())
        self.token = incoming.read()

    def get_token(self):
        return self.token


def authentication(client, key):
    try:
        list(client.list_actions())
        raise AssertionError("let in without credentials")
    except flight.FlightUnauthenticatedError:
        pass
    try:
        client.authenticate_basic_token("me", "wrong")
        raise AssertionError("let in with a wrong password")
    except flight.FlightUnauthenticatedError:
        pass
    header = client.authenticate_basic_token("me", key)
    assert header == (b"authorization", f"Bearer {key}".encode()), header
    options = flight.FlightCallOptions(headers=[header])
    assert len(list(client.list_actions(options))) == 1

    client.authenticate(PasswordHandler(key))
    assert len(list(client.list_actions())) == 1


def main():
    scenario, location, *rest = sys.argv[1:]
    if scenario == "tls":
        with open(rest[0], "rb") as file:
            client = flight.connect(location, tls_root_certs=file.read())
        actions(client)
        return
    client = flight.connect(location)
    globals()[scenario](client, *rest)


main()
